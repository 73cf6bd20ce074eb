import { count } from '../../src/cli/terminal/figures.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { BenchParts, Comparison, Findings } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { pairedRatios, rotated, spreadOf } from '../statistics.ts';
import {
  type DurabilityOptions,
  durabilityUsage,
  readDurabilityOptions,
} from './durability-options.ts';
import { measures, prepareStream, rateOf } from './measures.ts';
import { type Setup, SetupServers, setups } from './setups.ts';

/** The rates of each setup, by measure, one a round. */
type Rates = Map<Setup, number[][]>;

/** What it costs to have on the disk what is acknowledged. */
export const durability: Comparison = {
  name: 'durability',
  about: 'what it costs to have on the disk what is acknowledged',
  usage: durabilityUsage,
  plan: (args) => {
    const options = readDurabilityOptions(args);
    const figureSeconds = (options.measureMs * 1.25) / 1_000;
    return {
      seconds: options.rounds * setups.length * (1.5 + measures.length * figureSeconds),
      run: (parts) => runDurability(options, parts),
    };
  },
};

/** Measures every setup in every round, each on new servers, and says how they compare. */
const runDurability = async (
  options: DurabilityOptions,
  { binary, signal, at, note }: BenchParts,
): Promise<Findings> => {
  const rates: Rates = new Map(setups.map((setup) => [setup, measures.map(() => [])]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, setup] of rotated(setups, round).entries()) {
      signal.throwIfAborted();
      for (const [figure, rate] of (await measureSetup(setup, options, binary)).entries()) {
        rates.get(setup)?.[figure]?.push(rate);
      }
      at((round + (index + 1) / setups.length) / options.rounds);
      note(`round ${round + 1}, ${setup.name}`);
    }
  }
  const text = `${options.rounds} rounds, ${options.measureMs} ms a figure\n\n${sayRates(rates)}`;
  const rows = [...rates].map(([setup, own]) => ({ setup, rates: own }));
  return { figures: { ...options, measures: measures.map(({ name }) => name), rows }, text };
};

const measureSetup = async (
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
