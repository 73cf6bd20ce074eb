import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import { commandOf } from './command-of.ts';
import { pidIn } from './data-folder.ts';

/** A program that may still run because the start that started it was killed. */
export interface LeftOver {
  readonly name: string;
  /** Where its process id was written. */
  readonly pidFile: string;
  /** What its command line holds: the same number may be another program's by now. */
  readonly sign: string;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** Ends what an earlier start left: two servers on one set of files would ruin them. */
export const endLeftOver = async ({ name, pidFile, sign, clock, say }: LeftOver): Promise<void> => {
  const pid = await pidIn(pidFile);
  if (pid === undefined || pid === process.pid) return;
  const isOurs = async (): Promise<boolean> => (await commandOf(pid))?.includes(sign) ?? false;
  if (!(await isOurs())) return;
  say(`a ${name} of an earlier start still runs (process ${pid}): it is ended`);
  process.kill(pid, 'SIGTERM');
  while (await isOurs()) await sleep(clock, 100);
};
