// The cart worker as it is, but for its handler of cart.add, which takes HANDLE_MS: as one does that
// asks somebody outside. So what one worker can do is CONCURRENCY / HANDLE_MS, whatever the machine.
import { setTimeout as sleep } from 'node:timers/promises';
import { AddToCart } from '../../dist/workers/cart/handlers/add-to-cart.js';

const { handle } = AddToCart.prototype;
AddToCart.prototype.handle = async function handleSlowly(...asked) {
  await sleep(Number(process.env.HANDLE_MS));
  return handle.apply(this, asked);
};

await import('../../dist/workers/cart/main.js');
