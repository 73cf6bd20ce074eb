/**
 * Runs a process's main function and ends the process: code 0 when it returns, 1 when it throws.
 *
 * What it throws is said in one line on standard error; a stack trace only when nobody foresaw it.
 */
export const runMain = async (main: () => Promise<void>): Promise<void> => {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exit(1);
  }
};

const foreseen = new Set(['ConfigError', 'BusUnavailable', 'BusRefused', 'TopologyConflict']);

const sentenceOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (foreseen.has(error.name) || 'code' in error) return error.message;
  return error.stack ?? error.message;
};
