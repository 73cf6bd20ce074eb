import { systemClock } from '../../infra/runtime/system-clock.ts';
import { runCommand } from '../terminal/run-command.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { Shop } from './shop.ts';
import { start } from './start.ts';
import { readStartArguments, startUsage } from './start-arguments.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * What the processes are told unless the environment says otherwise: trouble only, and a short lease,
 * so that what a killed worker held is soon somebody else's.
 */
const usual = { LOG_LEVEL: 'warn', ACK_WAIT_MS: '5000' };

const readArguments = () => {
  try {
    return readStartArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}\n\n${startUsage}`, { cause: error });
  }
};

await runCommand(async () => {
  const asked = readArguments();
  if (asked === 'help') {
    console.log(startUsage);
    return 0;
  }
  let shop: Shop | undefined;
  const signal = stopSignal(() => {
    shop?.kill();
    process.exit(130);
  });
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  return start(asked, {
    environment: { ...usual, ...environment },
    clock: systemClock,
    signal,
    onShop: (started) => {
      shop = started;
    },
  });
});
