import { z } from 'zod';
import { cart } from '../../contracts/cart/queries.ts';
import { money } from '../../contracts/fields.ts';
import { product } from '../../contracts/product/fields.ts';
import { profile } from '../../contracts/user/queries.ts';

/** What the API's description says of a schema beyond its rules; with an `id` it is named there. */
export interface SchemaNote {
  readonly id?: string;
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

/** The notes on schemas, kept here: contracts know nothing of HTTP. */
export const apiSchemas = z.registry<SchemaNote>();

apiSchemas.add(product, { id: 'Product' });
apiSchemas.add(cart, { id: 'Cart' });
apiSchemas.add(profile, { id: 'Profile' });
apiSchemas.add(money, { id: 'Money' });
