import type { z } from 'zod';

/**
 * Says what is wrong with data that a schema refused: each field and its rule, never a value.
 *
 * @example 'quantity: Invalid input: expected int, received number; productId: not blank'
 */
export const sayIssues = ({ issues }: Pick<z.ZodError, 'issues'>): string =>
  issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
