import { runWorker } from '../../infra/runtime/run-worker.ts';
import { product } from './service.ts';

await runWorker(product);
