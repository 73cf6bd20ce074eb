import { expect, it } from 'vitest';
import { CartAdd } from '../../src/contracts/cart/cart-add.ts';
import { CartGet } from '../../src/contracts/cart/queries.ts';
import { productState as productSchema } from '../../src/contracts/product/fields.ts';
import { ProductAdd } from '../../src/contracts/product/product-add.ts';
import { ProductGet } from '../../src/contracts/product/queries.ts';
import { productStream } from '../../src/contracts/product/stream.ts';
import { defineService, view } from '../../src/infra/pipeline/define-service.ts';
import { answers, on } from '../../src/infra/pipeline/handler.ts';
import { AddToCart } from '../../src/workers/cart/handlers/add-to-cart.ts';
import { GetCart } from '../../src/workers/cart/queries/get-cart.ts';
import { CartIndex, CartsByProduct } from '../../src/workers/cart/views/carts-by-product.ts';
import { PriceList, ProductPrices } from '../../src/workers/cart/views/product-prices.ts';
import { AddProduct } from '../../src/workers/product/handlers/add-product.ts';
import { productState } from '../../src/workers/product/state.ts';

// Checked by the compiler (`npm run check`): a line that should not compile and does is an error.
it('refuses at compile time what does not fit together', () => {
  const fitting = [
    on(ProductAdd, AddProduct),
    answers(CartGet, GetCart),
    view(productStream, productSchema, ProductPrices, PriceList),
  ];

  const misfits = [
    // @ts-expect-error the handler of another event
    on(CartAdd, AddProduct),
    // @ts-expect-error the other way round
    on(ProductAdd, AddToCart),
    // @ts-expect-error the answer to another question
    answers(ProductGet, GetCart),
    // @ts-expect-error a class that does not answer
    answers(CartGet, AddToCart),
    // @ts-expect-error a read model of other states
    view(productStream, productSchema, CartsByProduct, CartIndex),
    // @ts-expect-error a class that is not what the token stands for
    view(productStream, productSchema, ProductPrices, CartIndex),
  ];

  const withForeignHandler = () =>
    defineService({
      stream: productStream,
      state: productState,
      // @ts-expect-error a handler that wants the state of another service
      routes: [on(CartAdd, AddToCart)],
    });

  expect(fitting).toHaveLength(3);
  expect(misfits).toHaveLength(6);
  expect(withForeignHandler).toThrow('cart.add is no request event of PRODUCT');
});
