import { CartAdd } from '../../contracts/cart/cart-add.ts';
import { CartRemove } from '../../contracts/cart/cart-remove.ts';
import { CartRepriceItem } from '../../contracts/cart/cart-reprice-item.ts';
import { CartUpdate } from '../../contracts/cart/cart-update.ts';
import { CartWithdrawItem } from '../../contracts/cart/cart-withdraw-item.ts';
import { CartGet } from '../../contracts/cart/queries.ts';
import { cartStream } from '../../contracts/cart/stream.ts';
import { productState } from '../../contracts/product/fields.ts';
import { ProductPriceChanged } from '../../contracts/product/product-price-changed.ts';
import { ProductRemoved } from '../../contracts/product/product-removed.ts';
import { productStream } from '../../contracts/product/stream.ts';
import { defineService, view } from '../../infra/pipeline/define-service.ts';
import { answers, on } from '../../infra/pipeline/handler.ts';
import { AddToCart } from './handlers/add-to-cart.ts';
import { RemoveFromCart } from './handlers/remove-from-cart.ts';
import { RepriceItem } from './handlers/reprice-item.ts';
import { RepriceProduct } from './handlers/reprice-product.ts';
import { UpdateCart } from './handlers/update-cart.ts';
import { WithdrawItem } from './handlers/withdraw-item.ts';
import { WithdrawProduct } from './handlers/withdraw-product.ts';
import { GetCart } from './queries/get-cart.ts';
import { cartState } from './state.ts';
import { CartIndex, CartsByProduct } from './views/carts-by-product.ts';
import { PriceList, ProductPrices } from './views/product-prices.ts';

/** What each user means to buy, kept up with what the shop sells. */
export const cart = defineService({
  stream: cartStream,
  state: cartState,
  routes: [
    on(CartAdd, AddToCart),
    on(CartRemove, RemoveFromCart),
    on(CartUpdate, UpdateCart),
    on(CartWithdrawItem, WithdrawItem),
    on(CartRepriceItem, RepriceItem),
  ],
  reactions: [on(ProductRemoved, WithdrawProduct), on(ProductPriceChanged, RepriceProduct)],
  queries: [answers(CartGet, GetCart)],
  views: [
    view(productStream, productState, ProductPrices, PriceList),
    view(cartStream, cartState.schema, CartsByProduct, CartIndex),
  ],
});
