import { z } from 'zod';
import { defineStream } from '../../src/contracts/streams.ts';
import { inject, injectable, token } from '../../src/infra/di/token.ts';
import { defineService, type KeyStates } from '../../src/infra/pipeline/define-service.ts';
import type { Decision, EventHandler, HandlingContext } from '../../src/infra/pipeline/handler.ts';
import { on } from '../../src/infra/pipeline/handler.ts';
import { type LatencyData, latencyEvents } from './latency-events.ts';

/** Is told of each event when its handler runs. */
export interface Arrival {
  arrived(event: LatencyData): void;
}
export const Arrival = token<Arrival>('Arrival');

@injectable()
class Notice implements EventHandler<LatencyData> {
  constructor(@inject(Arrival) private readonly arrival: Arrival) {}

  async handle(event: LatencyData): Promise<Decision> {
    this.arrival.arrived(event);
    return {};
  }
}

const noticing = {
  stream: defineStream('noticing'),
  state: { schema: z.object({}), initial: {}, provides: token<KeyStates<object>>('NoStates') },
  routes: [],
  reactions: [on(latencyEvents.Answered, Notice)],
};

/** Notices facts when its handler runs, those of a key in order: a durable consumer a partition. */
export const noticingService = defineService(noticing);

/** The same without order: one durable consumer for all. */
export const noticingUnordered = defineService({ ...noticing, ordering: 'none' });

const seen = z.object({ seen: z.int() });
type Seen = z.infer<typeof seen>;

@injectable()
class Answer implements EventHandler<LatencyData, Seen> {
  async handle(asked: LatencyData, { state }: HandlingContext<Seen>): Promise<Decision<Seen>> {
    return { state: { seen: state.seen + 1 }, events: [latencyEvents.Answered(asked)] };
  }
}

/** Counts by key and answers each request event with a fact. */
export const answeringService = defineService({
  stream: latencyEvents.stream,
  state: { schema: seen, initial: { seen: 0 }, provides: token<KeyStates<Seen>>('Seen') },
  routes: [on(latencyEvents.Ask, Answer)],
});
