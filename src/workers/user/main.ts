import { runWorker } from '../../infra/runtime/run-worker.ts';
import { provideUser } from './composition.ts';
import { user } from './service.ts';

await runWorker(user, { provide: provideUser });
