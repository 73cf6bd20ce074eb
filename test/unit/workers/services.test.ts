import { describe, expect, it } from 'vitest';
import { build, newScope, provide, type Scope, type Token } from '../../../src/infra/di/token.ts';
import type { AnyService } from '../../../src/infra/pipeline/define-service.ts';
import { Backlog, StatesOf } from '../../../src/infra/pipeline/ports.ts';
import { provideCart } from '../../../src/workers/cart/composition.ts';
import { cart } from '../../../src/workers/cart/service.ts';
import { product } from '../../../src/workers/product/service.ts';
import { provideUser } from '../../../src/workers/user/composition.ts';
import { user } from '../../../src/workers/user/service.ts';

interface Composed {
  readonly service: AnyService;
  readonly more?: (scope: Scope) => void;
}

const composed: readonly Composed[] = [
  { service: user, more: provideUser },
  { service: product },
  { service: cart, more: provideCart },
];

/** What the runtime provides, in its order: the service's own adapters before the views. */
const scopeOf = ({ service, more }: Composed): Scope => {
  const scope = newScope();
  provide(scope, Backlog, { hasPendingBefore: async () => false });
  provide(scope, StatesOf, () => ({ read: async () => undefined }));
  const states = { read: async () => service.state.initial };
  provide(scope, service.state.provides as Token<unknown>, states);
  more?.(scope);
  for (const { provides, model } of service.views) provide(scope, provides, build(scope, model));
  return scope;
};

describe.each(composed)('the service $service.name', ({ service, more }) => {
  it('can build every class of its table', () => {
    const scope = scopeOf({ service, ...(more && { more }) });
    const classes = [...service.routes, ...service.reactions, ...service.queries];

    for (const { handler } of classes) {
      expect(build<unknown>(scope, handler)).toBeInstanceOf(handler);
    }
    expect(classes.length).toBeGreaterThan(0);
  });
});

it('handles the request events that the shop has promised to everybody', () => {
  const types = composed.flatMap(({ service }) => service.routes.map((it) => it.contract.type));

  expect(types).toEqual(expect.arrayContaining(['user.register', 'product.add', 'cart.add']));
  expect(new Set(types).size).toBe(types.length);
});
