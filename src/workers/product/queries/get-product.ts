import type { z } from 'zod';
import type { ProductState } from '../../../contracts/product/fields.ts';
import type { ProductGet } from '../../../contracts/product/queries.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { KeyStates } from '../../../infra/pipeline/define-service.ts';
import type { QueryHandler } from '../../../infra/pipeline/handler.ts';
import { ProductStates } from '../state.ts';

type Question = z.infer<typeof ProductGet.question>;

/** Tells what the shop sells under an id, as of this moment. */
@injectable()
export class GetProduct implements QueryHandler<Question, ProductState> {
  constructor(@inject(ProductStates) private readonly products: KeyStates<ProductState>) {}

  async answer({ productId }: Question): Promise<ProductState> {
    return this.products.read(productId);
  }
}
