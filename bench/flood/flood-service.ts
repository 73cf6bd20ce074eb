import { z } from 'zod';
import { defineStream } from '../../src/contracts/streams.ts';
import { inject, injectable, token } from '../../src/infra/di/token.ts';
import {
  type AnyService,
  defineService,
  type KeyStates,
} from '../../src/infra/pipeline/define-service.ts';
import type { Decision, EventHandler, HandlingContext } from '../../src/infra/pipeline/handler.ts';
import { on } from '../../src/infra/pipeline/handler.ts';
import { Tally } from '../bench-services.ts';
import type { Flood } from './flood.ts';
import { type FloodData, floodEvents, poisonedKey } from './flood-events.ts';

/** The service that handles a flood; readers of facts are services of their own. */
export const floodService = (
  { kind, partitions, stateBytes }: Pick<Flood, 'kind' | 'partitions' | 'stateBytes'>,
  reader: number,
): AnyService =>
  kind === 'state'
    ? addingService(partitions, stateBytes)
    : lookingService(partitions, reader, kind === 'watermark' ? 'watermark' : 'each');

const lookingService = (
  partitions: number,
  reader: number,
  acknowledge: 'each' | 'watermark',
): AnyService => {
  @injectable()
  class Look implements EventHandler<FloodData> {
    constructor(@inject(Tally) private readonly tally: Tally) {}

    async handle(): Promise<Decision> {
      this.tally.add();
      return {};
    }
  }
  return defineService({
    stream: defineStream(`reader-${reader}`),
    state: { schema: z.object({}), initial: {}, provides: token<KeyStates<object>>('NoStates') },
    routes: [],
    acknowledge,
    reactions: [on(floodEvents(partitions).Added, Look)],
  });
};

const sum = z.object({ total: z.int(), padding: z.string() });
type Sum = z.infer<typeof sum>;

const addingService = (partitions: number, stateBytes: number): AnyService => {
  const { stream, Add, Added } = floodEvents(partitions);
  const padding = 'x'.repeat(stateBytes);

  @injectable()
  class AddUp implements EventHandler<FloodData, Sum> {
    constructor(@inject(Tally) private readonly tally: Tally) {}

    async handle(
      { key, amount }: FloodData,
      { state }: HandlingContext<Sum>,
    ): Promise<Decision<Sum>> {
      if (key === poisonedKey) throw new Error('an event of this key always fails');
      this.tally.add();
      const total = state.total + amount;
      return { state: { total, padding }, events: [Added({ key, amount: total })] };
    }
  }
  return defineService({
    stream,
    state: {
      schema: sum,
      initial: { total: 0, padding: '' },
      provides: token<KeyStates<Sum>>('Sums'),
    },
    routes: [on(Add, AddUp)],
  });
};
