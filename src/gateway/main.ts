import { UserRegister } from '../contracts/user/user-register.ts';
import { gatewayEnvironment } from '../infra/runtime/config.ts';
import { runProcess } from '../infra/runtime/run-process.ts';
import { systemClock } from '../infra/runtime/system-clock.ts';
import { readKeys } from './read-keys.ts';
import { startGateway } from './start-gateway.ts';

await runProcess({
  name: 'gateway',
  environment: gatewayEnvironment,
  contracts: [UserRegister],
  start: async (open, environment) => {
    const keyPem = await readKeys(environment.TOKEN_KEY_FILE);
    return startGateway({ ...open, environment, keyPem, clock: systemClock });
  },
});
