import { type ProductState, productState as schema } from '../../contracts/product/fields.ts';
import { token } from '../../infra/di/token.ts';
import type { KeyStates } from '../../infra/pipeline/define-service.ts';

export const ProductStates = token<KeyStates<ProductState>>('ProductStates');

/** What is kept of each product id; its schema is a contract, because carts follow these states. */
export const productState = { schema, initial: { product: null }, provides: ProductStates };
