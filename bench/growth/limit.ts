import { count } from '../../src/cli/terminal/figures.ts';
import { BenchServer } from '../bench-server.ts';
import type { BenchParts } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { spreadOf } from '../statistics.ts';
import { runTask } from '../task-process.ts';
import type { LimitFigures, LimitOrder } from './limit-task.ts';

/** So many streams with so many writers each, once a round. */
export interface LimitRow extends Pick<LimitOrder, 'streams' | 'writers'> {
  readonly results: LimitFigures[];
}

/** How the broker is driven: harder on one stream, then on more of them. */
export const limitRows = (quick: boolean): LimitRow[] =>
  (quick ? [1] : [1, 2, 4]).flatMap((streams) =>
    (quick ? [2] : [1, 2, 4]).map((writers) => ({ streams, writers, results: [] })),
  );

/** Measures one of them, on a server of its own. */
export const measureLimit = async (
  { streams, writers, results }: LimitRow,
  ms: number,
  { binary, signal }: BenchParts,
): Promise<void> => {
  await using server = await BenchServer.start(binary);
  const order: LimitOrder = { url: server.url, serverPid: server.pid, streams, writers, ms };
  results.push(await runTask<LimitFigures>('limit', order, { signal }));
};

export const sayLimit = (rows: readonly LimitRow[]): string =>
  markdownTable([
    ['streams, batches on their way to each', 'messages/s', 'min-max', 'processors of the broker'],
    ...rows.map(({ streams, writers, results }) => {
      const rate = spreadOf(results.map(({ messagesPerSecond }) => messagesPerSecond));
      const processors = results.flatMap(({ serverProcessors }) => serverProcessors ?? []);
      return [
        `${streams}, ${writers}`,
        count(rate.median),
        `${count(rate.least)}-${count(rate.most)}`,
        processors.length === 0 ? 'n/a' : spreadOf(processors).median.toFixed(2),
      ];
    }),
  ]);
