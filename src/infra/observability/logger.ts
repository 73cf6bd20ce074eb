import { createHash } from 'node:crypto';
import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { EventContract } from '../../contracts/define-event.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  /** `json` for machines; `pretty` for people; `auto`: what fits whoever reads standard output. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** The contracts whose personal and secret fields are never written. */
  readonly contracts: readonly EventContract[];
  /** Where lines go, as JSON whatever the format. @default standard output */
  readonly destination?: DestinationStream;
}

/**
 * The log of a process: one JSON object a line, facts as fields.
 *
 * Events are logged by id, type, hash of the key and attempt, never whole. Redaction of the fields
 * that contracts call personal or secret is a second net, at the top and two levels deep.
 */
export const openLogger = (options: LoggerOptions): Logger => {
  const { service, level, contracts, destination } = options;
  const settings = {
    level,
    base: { service },
    redact: { paths: redactedPaths(contracts), censor: '[redacted]' },
  };
  if (destination) return pino(settings, destination);
  const transport = { target: 'pino-pretty', options: { ignore: 'pid,hostname' } };
  return pino({ ...settings, ...(isForPeople(options) ? { transport } : {}) });
};

const standardOutput = 1;

const isForPeople = ({ format }: LoggerOptions): boolean =>
  format === 'pretty' || (format === 'auto' && isatty(standardOutput));

const always = ['password', 'token', 'authorization', 'cookie'];

const redactedPaths = (contracts: readonly EventContract[]): string[] => {
  const fields = contracts.flatMap(({ personal, secret }) => [...personal, ...secret]);
  return [...new Set([...always, ...fields])].flatMap((field) => [
    field,
    `*.${field}`,
    `*.*.${field}`,
  ]);
};

/** Stands for a key in the log: tells keys apart without saying whose they are. */
export const keyHash = (key: string): string =>
  createHash('sha256').update(key).digest('hex').slice(0, 12);
