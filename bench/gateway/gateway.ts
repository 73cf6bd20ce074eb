import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts, Comparison } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { sayLayers } from '../report.ts';
import { pairedRatios, rotated, spreadOf } from '../statistics.ts';
import {
  type GatewayBenchOptions,
  gatewayUsage,
  profilePath,
  readGatewayOptions,
} from './gateway-options.ts';
import type { GatewayWay } from './gateway-ways.ts';
import { connections, type GatewayResult, runGateway } from './run-gateway.ts';

const ways: readonly GatewayWay[] = ['unpublished', 'gateway', 'route'];
const [base] = ways;

type Results = ReadonlyMap<GatewayWay, GatewayResult[]>;

const does = `- unpublished: the gateway as it runs, with a publisher that answers at once: no event is encoded or sent.
- gateway: the same, publishing to a stream on one server; answered when the stream has acknowledged.
- route: Fastify with the same route, the same checks of the body and headers and the same answer, and nothing else: no token, rate limit, request id, security headers, log or metrics.
All requests put something into a cart; each connection is another caller with a token of its own. The log is written to nowhere. \`x base\` compares with \`${base}\` in the same round.`;

/** What it costs the gateway to accept a request. */
export const gateway: Comparison = {
  name: 'gateway',
  about: 'requests that the gateway accepts, with and without a bus behind it',
  usage: gatewayUsage,
  plan: (args) => {
    const options = readGatewayOptions(args);
    return {
      seconds: options.rounds * ways.length * (options.seconds + 5),
      run: async (parts) => {
        const results = await measure(options, parts);
        const { rounds, seconds } = options;
        const head = `${rounds} rounds of ${seconds} s each after ${Math.min(2, seconds)} s of warming up, ${connections} connections`;
        const text = options.profile ? sayProfiles(results) : sayResults(results);
        const figures = { rounds, seconds, connections, results: Object.fromEntries(results) };
        return { figures, text: `${head}\n\n${text}\n\n${does}` };
      },
    };
  },
};

const measure = async (
  { rounds, seconds, profile }: GatewayBenchOptions,
  parts: BenchParts,
): Promise<Results> => {
  const results = new Map<GatewayWay, GatewayResult[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [at, way] of rotated(ways, round).entries()) {
      const path = profile ? profilePath(parts.folder, way) : undefined;
      const result = await runGateway({ way, seconds, profile: path }, parts);
      results.get(way)?.push(result);
      parts.at((round + (at + 1) / ways.length) / rounds);
      parts.note(`round ${round + 1}, ${way}: ${count(result.requestsPerSecond)}/s`);
    }
  }
  return results;
};

const sayResults = (results: Results): string =>
  markdownTable([
    [
      'way',
      'requests/s',
      'min-max',
      'x base',
      'min-max',
      'gateway us',
      'broker us',
      'p50 ms',
      'p99 ms',
    ],
    ...[...results].map(([way, own]) => {
      const median = (of: (result: GatewayResult) => number): number =>
        spreadOf(own.map(of)).median;
      const rates = own.map(({ requestsPerSecond }) => requestsPerSecond);
      const bases = (base && results.get(base)) ?? [];
      const ratio = spreadOf(
        pairedRatios(
          rates,
          bases.map((one) => one.requestsPerSecond),
        ),
      );
      const rate = spreadOf(rates);
      return [
        way === base ? `${way} [base]` : way,
        count(rate.median),
        `${count(rate.least)}-${count(rate.most)}`,
        ratio.median.toFixed(2),
        `${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)}`,
        median(({ gatewayMicros }) => gatewayMicros).toFixed(0),
        median(({ brokerMicros }) => brokerMicros ?? Number.NaN).toFixed(0),
        median(({ p50Ms }) => p50Ms).toFixed(1),
        median(({ p99Ms }) => p99Ms).toFixed(1),
      ];
    }),
  ]);

const sayProfiles = (results: Results): string =>
  [...results].map(([way, [result]]) => sayLayers(way, result?.layers ?? [])).join('\n\n');
