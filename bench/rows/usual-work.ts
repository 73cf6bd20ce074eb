import { Counter, Histogram, Registry } from 'prom-client';
import type { DataOf } from '../../src/contracts/define-event.ts';
import { facts } from '../bench-events.ts';

type Fact = DataOf<typeof facts.ItemAdded>;

/** What people do with an event in a loop of their own: parse, validate, await a handler, measure. */
export const usualWork = () => {
  const registers = [new Registry()];
  const labelNames = ['type'];
  const handled = new Counter({ name: 'handled_total', help: '-', labelNames, registers });
  const seconds = new Histogram({ name: 'seconds', help: '-', labelNames, registers });
  const { type, data: schema } = facts.ItemAdded;
  return async (parsed: unknown): Promise<void> => {
    const startedAt = performance.now();
    await handle(schema.parse(parsed));
    seconds.observe({ type }, (performance.now() - startedAt) / 1000);
    handled.inc({ type });
  };
};

const handle = async (_fact: Fact): Promise<void> => {};
