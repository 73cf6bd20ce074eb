import { cartLimits } from '../../contracts/cart/fields.ts';
/** What a kind of problem is: its usual status, a title that never changes, and what to do about it. */
export interface ProblemKindRow {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
}

/**
 * Every kind of problem that the gateway answers with, once. A document's `type` is `/problems/<kind>`.
 *
 * The reasons of rejections and dead letters are among them, so one word means the same in an event
 * and in an answer.
 */
export const problemKinds = {
  'invalid-request': row(400, 'Invalid request', '`errors` names each field and its rule.'),
  'malformed-json': row(400, 'Malformed JSON', 'The body is not one JSON value in UTF-8.'),
  'malformed-request': row(
    400,
    'Malformed request',
    'The request line, URL or headers are broken.',
  ),
  'missing-token': row(401, 'Missing token', 'Send `Authorization: Bearer <token>`.'),
  'invalid-token': row(401, 'Invalid token', 'Get a new token with POST /sessions.'),
  'wrong-credentials': row(401, 'Wrong credentials', 'User name and password do not fit.'),
  'missing-role': row(403, 'Missing role', 'The token lacks the role that the route needs.'),
  'not-found': row(404, 'Not found', 'No route has this path.'),
  'method-not-allowed': row(405, 'Method not allowed', '`Allow` lists the methods of this path.'),
  'request-timeout': row(408, 'Request timeout', 'The request did not arrive in time.'),
  'too-large': row(413, 'Too large', 'The body, or the event made of it, is too large.'),
  'uri-too-long': row(414, 'URI too long', 'A part of the path is too long.'),
  'unsupported-media-type': row(415, 'Unsupported media type', 'Send `application/json`.'),
  'idempotency-key-reused': row(
    422,
    'Idempotency-Key reused',
    'The key was used for a request with another body: take a new one.',
  ),
  'rate-limited': row(429, 'Too many requests', 'Come back after `Retry-After` seconds.'),
  'headers-too-large': row(431, 'Headers too large', 'The headers are longer than 16 KiB.'),
  internal: row(500, 'Internal error', 'Nothing you can mend; the log has it under x-request-id.'),
  'query-failed': row(502, 'Query failed', 'The service was asked and could not answer.'),
  unavailable: row(
    503,
    'Unavailable',
    'The bus gave no acknowledgement or answer. Repeat after `Retry-After` seconds; with the same Idempotency-Key a write happens once.',
  ),
  refused: row(503, 'Refused by the stream', 'The stream takes no events now: it is full, say.'),
  busy: row(
    503,
    'Busy',
    'Too many passwords wait to be hashed. Repeat after `Retry-After` seconds.',
  ),
  stopping: row(503, 'Stopping', 'This replica is going away: repeat, another one answers.'),

  'username-taken': row(409, 'Username taken', 'Somebody has this user name, in any capitals.'),
  'unknown-user': row(404, 'Unknown user', 'The user of the token does not exist.'),
  'product-exists': row(409, 'Product exists', 'The shop sells a product with this id already.'),
  'unknown-product': row(404, 'Unknown product', 'The shop sells no such product.'),
  'not-in-cart': row(404, 'Not in cart', 'The cart does not hold this product.'),
  'quantity-out-of-bounds': row(
    422,
    'Quantity out of bounds',
    `A cart holds 1 to ${cartLimits.quantity} of a product.`,
  ),
  'too-many-products': row(
    409,
    'Too many products',
    `A cart holds at most ${cartLimits.products} different products.`,
  ),
  'currency-differs': row(409, 'Currency differs', 'All products of a cart have one currency.'),
  rejected: row(
    409,
    'Rejected',
    'The service refused, for a reason that this gateway is too old to know.',
  ),

  undecodable: row(422, 'Undecodable event', 'The service could not read the event.'),
  'invalid-envelope': row(
    422,
    'Invalid envelope',
    'The service refused an attribute of the event.',
  ),
  'invalid-data': row(422, 'Invalid data', 'The service refused the data of the event.'),
  'wrong-key': row(422, 'Wrong key', 'The event was published under a key that is not its own.'),
  'unknown-type': row(500, 'Unknown type', 'The service that runs does not know this event yet.'),
  'unsupported-version': row(500, 'Unsupported version', 'The service that runs is too old.'),
  permanent: row(500, 'Permanent failure', 'The event was set aside; an operator can redrive it.'),
  exhausted: row(500, 'Attempts exhausted', 'The event was set aside; an operator can redrive it.'),
  expired: row(500, 'Too old', 'The event waited for too long and was set aside.'),
  crashed: row(
    500,
    'Worker crashed',
    'The event ended its worker several times and was set aside.',
  ),
} as const satisfies Record<string, ProblemKindRow>;

export type ProblemKind = keyof typeof problemKinds;

/** True for a word that is a kind of problem. */
export const isProblemKind = (word: string): word is ProblemKind =>
  Object.hasOwn(problemKinds, word);

function row(status: number, title: string, meaning: string): ProblemKindRow {
  return { status, title, meaning };
}
