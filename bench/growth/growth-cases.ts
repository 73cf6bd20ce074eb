import { count } from '../../src/cli/terminal/figures.ts';
import { type Flood, usualFlood } from '../flood/flood.ts';
import type { Case } from '../flood/measure-cases.ts';

/** One thing that grows while everything else stays. */
export interface Axis {
  readonly name: string;
  readonly cases: readonly Case[];
}

const axis = (
  name: string,
  values: readonly number[],
  floodOf: (value: number) => Partial<Flood>,
): Axis => {
  const nameOf = (value: number): string => `${name} ${count(value)}`;
  const base = nameOf(values[0] ?? 0);
  return {
    name,
    cases: values.map((value) => ({
      name: nameOf(value),
      base,
      flood: { ...usualFlood, ...floodOf(value) },
    })),
  };
};

/** What may grow, and how far it is followed; the first value of each is what the others are compared with. */
export const growthAxes = (quick: boolean): readonly Axis[] => {
  const events = quick ? 5_000 : 30_000;
  const state = { kind: 'state', events } as const;
  return [
    axis('messages before', quick ? [] : [0, 10_000, 100_000, 1_000_000], (before) => ({
      ...state,
      before,
    })),
    axis('keys', quick ? [100, 10_000] : [100, 1_000, 10_000, 100_000], (keys) => ({
      ...state,
      events: Math.max(events, keys),
      keys,
    })),
    axis('bytes of state', quick ? [] : [100, 1_024, 8_192, 65_536], (stateBytes) => ({
      ...state,
      events: stateBytes > 16_384 ? 3_000 : stateBytes > 4_096 ? 8_000 : events,
      keys: 200,
      stateBytes,
    })),
    axis('services that read', quick ? [] : [1, 2, 4, 8], (readers) => ({
      events: 240_000,
      readers,
    })),
  ];
};
