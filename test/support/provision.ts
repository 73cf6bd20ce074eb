import { provision } from '../../src/cli/provision/provision.ts';
import { tools } from '../../src/cli/provision/tools.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Names a nats-server in NATS_SERVER before any test runs, when nobody has; without one, only the tests that need it fail. */
export const setup = async (): Promise<void> => {
  if (process.env['NATS_SERVER']) return;
  try {
    process.env['NATS_SERVER'] = await provision(tools['nats-server'], { log: say });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
};
