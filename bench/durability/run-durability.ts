import { versionAt } from '../../src/cli/provision/accept.ts';
import { tools } from '../../src/cli/provision/tools.ts';
import { count } from '../../src/cli/terminal/figures.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { describeMachine, sayMachine } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { pairedRatios, rotated, spreadOf } from '../statistics.ts';
import type { DurabilityOptions } from './durability-options.ts';
import { measures, prepareStream, rateOf } from './measures.ts';
import { type Setup, SetupServers, setups } from './setups.ts';

/** The rates of each setup, by measure, one a round. */
type Rates = Map<Setup, number[][]>;

/** Measures every setup in every round, each on new servers, and says how they compare. */
export const runDurability = async (options: DurabilityOptions, binary: string): Promise<void> => {
  const machine = describeMachine(await versionAt(binary, tools['nats-server']));
  console.log(
    `${sayMachine(machine)}\n${options.rounds} rounds, ${options.measureMs} ms a figure\n`,
  );
  const rates: Rates = new Map(setups.map((setup) => [setup, measures.map(() => [])]));
  for (let round = 0; round < options.rounds; round++) {
    for (const setup of rotated(setups, round)) {
      for (const [at, rate] of (await measure(setup, options, binary)).entries()) {
        rates.get(setup)?.[at]?.push(rate);
      }
      console.error(`round ${round + 1}: ${setup.name}`);
    }
  }
  console.log(sayRates(rates));
};

const measure = async (
  setup: Setup,
  { measureMs }: DurabilityOptions,
  binary: string,
): Promise<number[]> => {
  await using servers = await SetupServers.start(binary, setup);
  const { servers: replicas, storage } = setup;
  await using bus = await NatsBus.connect({
    servers: servers.urls,
    name: 'bench',
    replicas,
    storage,
  });
  await prepareStream(bus);
  const found: number[] = [];
  for (const one of measures) found.push(await rateOf(one, bus, measureMs));
  return found;
};

/** The median rate of each, and in brackets the median of its ratios to the first setup in the same round. */
const sayRates = (rates: Rates): string => {
  const [base] = rates.values();
  return markdownTable([
    ['a second', ...measures.map(({ name }) => name)],
    ...[...rates].map(([setup, own]) => [
      setup.name,
      ...own.map((values, at) => {
        const ratio = spreadOf(pairedRatios(values, base?.[at] ?? [])).median;
        return `${count(spreadOf(values).median)} (x ${ratio.toFixed(2)})`;
      }),
    ]),
  ]);
};
