import { BusUnavailable } from './errors.ts';
import type { ConsumerDeclaration, Lag, NamedLag } from './ports.ts';

/** One lag a reader: the sum over its durable consumers. */
export const sumLags = (lags: Iterable<NamedLag>): NamedLag[] => {
  const sums = new Map<string, NamedLag>();
  for (const { stream, durable, pending, unacknowledged } of lags) {
    const sum = sums.get(durable);
    sums.set(durable, {
      stream,
      durable,
      pending: pending + (sum?.pending ?? 0),
      unacknowledged: unacknowledged + (sum?.unacknowledged ?? 0),
    });
  }
  return [...sums.values()];
};

/** The lag of one reader among those of its stream. @throws BusUnavailable when it is not there */
export const lagOf = (
  lags: readonly NamedLag[],
  { stream, durable }: Pick<ConsumerDeclaration, 'stream' | 'durable'>,
): Lag => {
  const lag = lags.find((one) => one.durable === durable);
  if (!lag) throw new BusUnavailable(`no consumer ${durable} of ${stream.name}`);
  return { pending: lag.pending, unacknowledged: lag.unacknowledged };
};
