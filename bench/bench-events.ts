import { z } from 'zod';
import { defineEvent } from '../src/contracts/define-event.ts';
import { identifier, money } from '../src/contracts/fields.ts';
import { defineStream } from '../src/contracts/streams.ts';

/** How many keys the events of a row belong to. */
export const keys = 1_000;

const item = { userId: identifier, productId: identifier, quantity: z.int() };

/** A request event and the fact that follows from it, shaped like the cart's, in a stream of their own. */
const benchEvents = <const Service extends string>(service: Service) => {
  const stream = defineStream(service);
  const common = { version: 1, stream, personal: ['userId'] } as const;
  return {
    stream,
    Add: defineEvent({
      ...common,
      type: `${service}.add`,
      kind: 'request',
      data: z.object(item),
      key: ({ userId }) => userId,
    }),
    ItemAdded: defineEvent({
      ...common,
      type: `${service}.item-added`,
      kind: 'fact',
      data: z.object({ ...item, total: z.int(), price: money }),
      key: ({ userId }) => userId,
    }),
  };
};

/** What the rows without state read. */
export const facts = benchEvents('facts');
/** What the row with state reads, and where it writes. */
export const requests = benchEvents('requests');
/** Where the rows that publish write, one stream each. */
export const published = {
  'publish-defaults': benchEvents('publish-defaults'),
  'publish-bare': benchEvents('publish-bare'),
  'publish-both': benchEvents('publish-both'),
  publisher: benchEvents('publisher'),
} as const;

/** The data of the request event of this number. */
export const requestData = (index: number) => ({
  userId: `u${index % keys}`,
  productId: `p${index % 977}`,
  quantity: 1 + (index % 3),
});

export const price = { amount: 1_299, currency: 'EUR' } as const;

/** The data of the fact of this number. */
export const factData = (index: number) => ({ ...requestData(index), total: 7, price });
