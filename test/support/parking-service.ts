import { Ruler } from '../../src/cli/dead-letters/ruler.ts';
import { placeOf, subjectsOf } from '../../src/contracts/streams.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import type { Bus } from '../../src/infra/pipeline/ports.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { contentsOf, publish } from './running-service.ts';
import { ShakyDo, shakyService } from './shaky-service.ts';

const { stream } = shakyService;

/** The shaky service, whose keys are parked when an event of theirs is dead. */
export const parkingService: AnyService = { ...shakyService, onExhausted: 'park' };

export const newRuler = (bus: Bus, by = 'anna'): Ruler =>
  new Ruler({
    bus,
    stream,
    contracts: parkingService.routes.map(({ contract }) => contract),
    clock: systemClock,
    by,
  });

/** Publishes events n of a key, one after the other. */
export const ask = async (bus: Bus, key: string, ns: readonly number[]): Promise<void> => {
  for (const n of ns) await publish(bus, ShakyDo({ key, n }), `${key}-${n}`);
};

const bodyOf = ({ body }: InboundMessage) =>
  JSON.parse(Buffer.from(body).toString('utf8')) as { readonly key: string; readonly n: number };

const ofKey = async (bus: Bus, filter: string, key: string): Promise<InboundMessage[]> =>
  (await contentsOf(bus, stream, filter)).filter((message) => bodyOf(message).key === key);

/** What happened to a key, in order, from the facts in the stream. */
export const factsOf = async (bus: Bus, key: string): Promise<number[]> =>
  (await ofKey(bus, subjectsOf(stream).facts, key)).map((message) => bodyOf(message).n);

export const lettersOf = (bus: Bus, key: string): Promise<InboundMessage[]> =>
  ofKey(bus, subjectsOf(stream).deadLetters, key);

/** The record of a key as the stream has it. */
export const recordOf = async (bus: Bus, key: string) => {
  const found = await bus.states(stream).read(placeOf(stream, key));
  return JSON.parse(found?.record ?? '{}');
};
