import { placeOf } from '../../src/contracts/streams.ts';
import { commitDecisions } from '../../src/infra/pipeline/commit-decisions.ts';
import type { CommitResult } from '../../src/infra/pipeline/ports.ts';
import type { Decide, IncomingEvent } from '../../src/infra/pipeline/process.ts';
import { stamper } from '../../src/infra/pipeline/stamp.ts';
import { StateCache } from '../../src/infra/pipeline/state-cache.ts';
import { emptyRecord, recordAfter } from '../../src/infra/pipeline/state-record.ts';
import { FakeStream } from './fake-stream.ts';
import { TallyCounted, tallyState, tallyStream } from './tally.ts';
import { TestClock } from './test-clock.ts';

export const stale: CommitResult = { kind: 'stale' };

/** Adds up: the state and one fact, as a handler would. */
const addUp: Decide = async (event, state) => {
  const { key, n } = event.data as { key: string; n: number };
  const total = (state as { total: number }).total + n;
  return { state: { total }, events: [TallyCounted({ key, total })] };
};

/** The core of the pipeline upon a stream. */
export const newCore = (decide: Decide = addUp) => {
  const stream = new FakeStream(tallyStream);
  const clock = new TestClock();
  const definition = tallyState;
  const newStates = () =>
    new StateCache<unknown>({
      reader: stream,
      stream: tallyStream,
      definition,
      clock,
      settledUpTo: () => settled,
    });
  const decided: unknown[] = [];
  let settled = 0;
  let conflicts = 0;
  const newProcess = () =>
    commitDecisions({
      stream: tallyStream,
      commits: stream,
      states: newStates(),
      stamp: stamper(tallyStream, clock),
      onConflict: () => void conflicts++,
      decide: (event, state) => {
        decided.push(state);
        return decide(event, state);
      },
    });
  const recordOf = async (key: string) => {
    const found = await stream.read(placeOf(tallyStream, key));
    return found && JSON.parse(found.record);
  };
  return {
    stream,
    process: newProcess(),
    newProcess,
    decided,
    recordOf,
    conflicts: () => conflicts,
    settle: (upTo: number) => {
      settled = upTo;
    },
  };
};

/** What another replica does with a key in the meantime. */
export const moveOn = (
  stream: FakeStream,
  event: IncomingEvent,
  revision: number,
  total: number,
) => {
  const record = recordAfter(
    emptyRecord(event.key, { total: 0 }),
    { total },
    {
      id: event.envelope.id,
      stream: 'TALLY',
      sequence: event.message.sequence,
      settledUpTo: 0,
    },
  );
  stream.write({
    state: { place: event.place, revision, record: JSON.stringify(record) },
    messages: [],
  });
};
