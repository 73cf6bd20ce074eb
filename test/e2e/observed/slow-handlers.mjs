// Preloaded into a worker: its handlers take as long as a file says, as if what they call did.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const dist = resolve(import.meta.dirname, '../../../dist');
const handlers = [
  ['workers/product/handlers/add-product.js', 'AddProduct'],
  ['workers/cart/handlers/add-to-cart.js', 'AddToCart'],
];

/** Milliseconds; 0 without the file. */
const slowness = () => {
  try {
    return Number(readFileSync(process.env.SLOW_HANDLERS_FILE ?? '', 'utf8'));
  } catch {
    return 0;
  }
};

const program = process.argv[1] ?? '';
for (const [file, name] of handlers) {
  if (!program.startsWith(resolve(dist, file, '../..'))) continue;
  const { [name]: handler } = await import(pathToFileURL(resolve(dist, file)).href);
  const { handle } = handler.prototype;
  handler.prototype.handle = async function slowly(...args) {
    await sleep(slowness());
    return handle.apply(this, args);
  };
}
