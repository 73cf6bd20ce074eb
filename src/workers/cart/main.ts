import { runWorker } from '../../infra/runtime/run-worker.ts';
import { provideCart } from './composition.ts';
import { cart } from './service.ts';

await runWorker(cart, { provide: provideCart });
