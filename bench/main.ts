import { join, resolve } from 'node:path';
import { versionAt } from '../src/cli/provision/accept.ts';
import { provision } from '../src/cli/provision/provision.ts';
import { tools } from '../src/cli/provision/tools.ts';
import { runCommand } from '../src/cli/terminal/run-command.ts';
import { shutdownSignal } from '../src/infra/runtime/shutdown.ts';
import { readCommand } from './command.ts';
import { describeMachine } from './machine.ts';
import { type Planned, runComparisons } from './run-comparisons.ts';
import { runTaskHere } from './run-task.ts';

const [first, task = '', order = ''] = process.argv.slice(2);

const natsServer = (): Promise<string> =>
  provision(tools['nats-server'], {
    log: console.error,
    cacheFolder: resolve(process.env['MILLRACE_CACHE'] || '.cache'),
  });

const compare = async (planned: readonly Planned[]): Promise<number> => {
  const signal = shutdownSignal();
  const binary = await natsServer();
  const machine = describeMachine(await versionAt(binary, tools['nats-server']));
  const folder = join('bench', 'results');
  try {
    await runComparisons(planned, { binary, machine, folder, signal });
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  }
};

const bench = async (): Promise<number> => {
  const command = await readCommand(process.argv.slice(2));
  if (command.kind === 'compare') return compare(command.planned);
  console.log(command.usage);
  return 0;
};

const runTask = async (): Promise<number> => {
  await runTaskHere(task, order);
  return 0;
};

/** Loaded only then: the library that draws is large. */
const draw = async (): Promise<number> => {
  const { plot, plotUsage } = await import('./plots/plot.ts');
  const args = process.argv.slice(3);
  console.log(args.includes('--help') ? plotUsage : plot(args));
  return 0;
};

const model = async (): Promise<number> => {
  const { simulate, simulateUsage } = await import('./simulation/simulate.ts');
  const args = process.argv.slice(3);
  console.log(args.includes('--help') ? simulateUsage : simulate(args));
  return 0;
};

/** Not one of the comparisons: it is for continuous integration. */
const regression = async (): Promise<number> => {
  const { check } = await import('./regression/check.ts');
  const args = process.argv.slice(3);
  if (!args.includes('--help'))
    return compare([{ comparison: check, plan: await check.plan(args) }]);
  console.log(check.usage);
  return 0;
};

const commands = new Map<string | undefined, () => Promise<number>>([
  ['task', runTask],
  ['plot', draw],
  ['simulate', model],
  ['check', regression],
]);

await runCommand(commands.get(first) ?? bench);
