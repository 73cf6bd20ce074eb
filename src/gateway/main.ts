import { readFile } from 'node:fs/promises';
import { UserRegister } from '../contracts/user/user-register.ts';
import { gatewayEnvironment } from '../infra/runtime/config.ts';
import { runProcess } from '../infra/runtime/run-process.ts';
import { systemClock } from '../infra/runtime/system-clock.ts';
import { startGateway } from './start-gateway.ts';

await runProcess({
  name: 'gateway',
  environment: gatewayEnvironment,
  contracts: [UserRegister],
  start: async (open, environment) => {
    const keyPem = await readFile(environment.TOKEN_KEY_FILE, 'utf8');
    return startGateway({ ...open, environment, keyPem, clock: systemClock });
  },
});
