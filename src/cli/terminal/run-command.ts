import { keyHint } from './key-hint.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs a command and ends the process with the exit code that it resolves to.
 *
 * What it throws is said in one sentence: exit code 2 when the call was wrong, else 1. A stack trace
 * only when nobody foresaw it.
 */
export const runCommand = async (command: () => Promise<number>, user?: string): Promise<void> => {
  // A reader that has seen enough (`| head`) is no failure of ours.
  process.stdout.on('error', () => process.exit(141));
  try {
    process.exit(await command());
  } catch (error) {
    console.error(sentenceOf(error));
    const hint = user === undefined ? undefined : keyHint(error, user);
    if (hint !== undefined) console.error(hint);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
};

const foreseen = new Set([
  'UsageError',
  'DamagedSecret',
  'ConfigError',
  'BusUnavailable',
  'BusRefused',
  'TopologyConflict',
  'StartFailed',
  'RepartitionRefused',
  'BackupRefused',
]);

const sentenceOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return foreseen.has(error.name) || 'code' in error
    ? error.message
    : (error.stack ?? error.message);
};
