import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

const firstSentence = (message: string): string => message.split(/\. |\n/)[0] ?? message;

/**
 * Reads the options of a command line.
 *
 * @throws UsageError naming the option that is wrong.
 */
export const readOptions = <const Known extends Options>(args: readonly string[], known: Known) => {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(firstSentence(error instanceof Error ? error.message : String(error)));
  }
};

/** A whole number from `least` to `most`. @throws UsageError naming the option */
export const wholeNumber = (
  option: string,
  value: string,
  { least, most }: { readonly least: number; readonly most: number },
): number => {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} is a whole number from ${least} to ${most}, not "${value}"`);
};

/** The addresses of a broker, as `--url` takes them. @throws UsageError */
export const addresses = (text: string): readonly string[] => {
  const servers = text.split(',').map((server) => server.trim());
  if (servers.every((server) => /^(nats|tls|ws|wss):\/\/[^\s/]+$/.test(server))) return servers;
  throw new UsageError('--url is nats://HOST:PORT, several with commas between');
};
