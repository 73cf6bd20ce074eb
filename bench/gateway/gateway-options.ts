import { join } from 'node:path';
import { readOptions, wholeNumber } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';

/** What a measurement of the gateway is asked for. */
export interface GatewayBenchOptions {
  readonly rounds: number;
  /** How long each way is loaded, in each round, after it is warm. */
  readonly seconds: number;
  /** One round under the profiler instead of a comparison. */
  readonly profile: boolean;
}

export const gatewayUsage = `npm run bench -- gateway [--rounds N] [--seconds N] [--quick] [--profile]

  --rounds N   how often everything is measured (5)
  --seconds N  how long each way is loaded (5)
  --quick      1 round of 1 second
  --profile    one round under the profiler: where the gateway's time goes, layer by layer`;

const known = {
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
} as const;

/** Reads the command line. @throws UsageError */
export const readGatewayOptions = (args: readonly string[]): GatewayBenchOptions => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const { rounds, seconds, quick, profile } = values;
  return {
    rounds: rounds
      ? wholeNumber('--rounds', rounds, { least: 1, most: 100 })
      : quick || profile
        ? 1
        : 5,
    seconds: seconds ? wholeNumber('--seconds', seconds, { least: 1, most: 600 }) : quick ? 1 : 5,
    profile,
  };
};

export const profilePath = (folder: string, way: string): string =>
  join(folder, `gateway-${way}.cpuprofile`);
