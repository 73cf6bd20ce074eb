import { randomUUID } from 'node:crypto';
import { defineStream, factSubject, placeOf, requestSubject } from '../../src/contracts/streams.ts';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';

const stream = defineStream('durability');
const body = 'x'.repeat(200);

/** Does one thing again and again for the caller of this number; resolves to whether to go on. */
type Repeated = (caller: number) => Promise<void>;

/** What is measured: how often a second something is done, by so many callers at a time. */
export interface Measure {
  readonly name: string;
  readonly callers: number;
  readonly make: (bus: NatsBus) => Repeated;
}

/** Publishes as the gateway does, and waits for the acknowledgement. */
const publishing = (bus: NatsBus): Repeated => {
  return async (caller) => {
    const subject = requestSubject('durability.note', `k${caller}`);
    await bus.publisher.publishRaw({ subject, headers: {}, body }, randomUUID(), 60_000);
  };
};

/** Commits as a worker does: a fact and the state of a key, guarded by its revision. */
const committing = (bus: NatsBus): Repeated => {
  const commits = bus.commits(stream);
  const revisions = new Map<number, number>();
  const keys = randomUUID();
  return async (caller) => {
    const place = placeOf(stream, `${keys}-${caller}`);
    const subject = factSubject('durability.noted', stream, place);
    const result = await commits.commit({
      state: { place, revision: revisions.get(caller) ?? 0, record: JSON.stringify({ body }) },
      messages: [{ subject, headers: {}, body }],
    });
    if (result.kind !== 'committed') throw new Error(`a commit is ${result.kind}`);
    revisions.set(caller, result.revision);
  };
};

export const measures: readonly Measure[] = [
  { name: 'publish', callers: 1, make: publishing },
  { name: 'publish, 64 at a time', callers: 64, make: publishing },
  { name: 'commit', callers: 1, make: committing },
  { name: 'commit, 256 at a time', callers: 256, make: committing },
];

/** Makes the stream that is measured. */
export const prepareStream = (bus: NatsBus): Promise<void> =>
  bus.ensure({ streams: [stream], consumers: [] });

/** How often a second it is done, once it is warm. */
export const rateOf = async ({ callers, make }: Measure, bus: NatsBus, ms: number) => {
  const repeated = make(bus);
  const from = performance.now() + ms / 4;
  const until = from + ms;
  let done = 0;
  const loop = async (caller: number): Promise<void> => {
    for (let now = performance.now(); now < until; ) {
      await repeated(caller);
      now = performance.now();
      if (now >= from && now < until) done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return (done * 1000) / ms;
};
