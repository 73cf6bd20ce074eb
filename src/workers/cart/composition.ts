import { provideClass, type Scope } from '../../infra/di/token.ts';
import { KnownProducts } from './known-products.ts';
import { Products } from './products.ts';

/** Provides what the cart service needs beside the runtime's own. */
export const provideCart = (scope: Scope): void => {
  provideClass(scope, Products, KnownProducts);
};
