import { z } from 'zod';
import { identifier, money } from '../../contracts/fields.ts';
import { apiSchemas, type SchemaNote } from './api-schemas.ts';

/** The product that a path names. */
export const productPath = z.strictObject({ id: identifier });

/** The product in a cart that a path names. */
export const cartItemPath = z.strictObject({ productId: identifier });

/** Money in a request: with nothing beside it. */
export const strictMoney = z.strictObject(money.shape);

/** A whole number in a query string. */
export const wholeNumber = (minimum: number, maximum: number, note: SchemaNote) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .register(apiSchemas, { type: 'integer', minimum, maximum, pattern: undefined, ...note });
