import { join, resolve } from 'node:path';

const here = import.meta.dirname;

/** Where sources and suite are compiled to: the folder this is in, when it is compiled itself. */
const compiled = import.meta.filename.endsWith('.js')
  ? resolve(here, '../../..')
  : resolve(here, '../../../.cache/faults-build');

/** The programs that the suite runs as processes of their own. */
export const programs = {
  ledger: join(compiled, 'test/faults/service/main.js'),
  mirror: join(compiled, 'test/faults/service/mirror-main.js'),
  planted: join(compiled, 'test/faults/planted/main.js'),
  cart: join(compiled, 'src/workers/cart/main.js'),
  product: join(compiled, 'src/workers/product/main.js'),
  shiftedClock: join(compiled, 'test/faults/world/shifted-clock.js'),
} as const;
