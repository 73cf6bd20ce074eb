import type { Delivery, Sink } from '../../src/infra/pipeline/delivery.ts';

/** A sink that owns what it is given and has nothing to release. */
export const sinkOf = (room: () => number, take: (delivery: Delivery) => void): Sink => ({
  room,
  take,
  acquire: () => {},
  release: async () => {},
});
