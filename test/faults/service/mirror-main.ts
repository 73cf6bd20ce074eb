import { runWorker } from '../../../src/infra/runtime/run-worker.ts';
import { mirrorService } from './mirror.ts';

await runWorker(mirrorService);
