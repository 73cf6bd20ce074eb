import { z } from 'zod';
import type { DataOf } from '../src/contracts/define-event.ts';
import { defineStream } from '../src/contracts/streams.ts';
import { inject, injectable, token } from '../src/infra/di/token.ts';
import { defineService, type KeyStates } from '../src/infra/pipeline/define-service.ts';
import type { Decision, EventHandler, HandlingContext } from '../src/infra/pipeline/handler.ts';
import { on } from '../src/infra/pipeline/handler.ts';
import { facts, price, requests } from './bench-events.ts';

/** Counts what handlers have seen. */
export interface Tally {
  add(): void;
}
export const Tally = token<Tally>('Tally');

@injectable()
class Look implements EventHandler<DataOf<typeof facts.ItemAdded>> {
  constructor(@inject(Tally) private readonly tally: Tally) {}

  async handle(): Promise<Decision> {
    this.tally.add();
    return {};
  }
}

const nothing = {
  schema: z.object({}),
  initial: {},
  provides: token<KeyStates<object>>('NoStates'),
};

/** Reacts to facts with nothing: what is left is the way of an event through the runtime. */
export const lookingService = defineService({
  stream: defineStream('looking'),
  state: nothing,
  routes: [],
  reactions: [on(facts.ItemAdded, Look)],
});

/** The same, acknowledged by watermark. */
export const markingService = defineService({
  stream: defineStream('marking'),
  acknowledge: 'watermark',
  state: nothing,
  routes: [],
  reactions: [on(facts.ItemAdded, Look)],
});

/** The same without order: all replicas share one durable consumer, and each event is acknowledged. */
export const glancingService = defineService({
  stream: defineStream('glancing'),
  ordering: 'none',
  state: nothing,
  routes: [],
  reactions: [on(facts.ItemAdded, Look)],
});

const total = z.object({ total: z.int() });
type Total = z.infer<typeof total>;

@injectable()
class AddUp implements EventHandler<DataOf<typeof requests.Add>, Total> {
  constructor(@inject(Tally) private readonly tally: Tally) {}

  async handle(
    asked: DataOf<typeof requests.Add>,
    { state }: HandlingContext<Total>,
  ): Promise<Decision<Total>> {
    this.tally.add();
    const sum = state.total + asked.quantity;
    return {
      state: { total: sum },
      events: [requests.ItemAdded({ ...asked, total: sum, price })],
    };
  }
}

/** Adds up quantities by key, and says each time how many there are. */
export const addingService = defineService({
  stream: requests.stream,
  state: { schema: total, initial: { total: 0 }, provides: token<KeyStates<Total>>('Totals') },
  routes: [on(requests.Add, AddUp)],
});
