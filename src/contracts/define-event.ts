import type { z } from 'zod';
import type { ServiceStream } from './streams.ts';

/** One step of versioning: the data of an older version, and how it becomes the next one. */
export interface Upcaster<Older = unknown> {
  readonly data: z.ZodType<Older>;
  readonly up: (older: Older) => unknown;
}

/** What is agreed about one type of event: its data, its key, its stream. */
export interface EventContract<Type extends string = string, Data = unknown> {
  /** `<service>.<name>`, for example `cart.item-added`. */
  readonly type: Type;
  /** The current version of the data, from 1. */
  readonly version: number;
  /** `request`: somebody asks for something. `fact`: it has happened, or was refused. */
  readonly kind: 'request' | 'fact';
  readonly stream: ServiceStream;
  readonly data: z.ZodType<Data>;
  /** The value whose events stay in order. */
  key(data: Data): string;
  /** Fields that say something about a person: never logged. */
  readonly personal: readonly string[];
  /** Fields that must not rest anywhere unless the data is valid: taken out of dead letters. */
  readonly secret: readonly string[];
  /** `upcasters[n]` turns the data of version n into that of version n + 1. */
  readonly upcasters: Readonly<Record<number, Upcaster>>;
}

/** An event that somebody wants published: its contract and its data; the envelope comes later. */
export interface OutgoingEvent<Data = unknown> {
  readonly contract: EventContract<string, Data>;
  readonly data: Data;
}

/** A contract, and the typed factory of its events: `CartAdd({ userId, productId, quantity })`. */
export type DefinedEvent<Type extends string, Data> = EventContract<Type, Data> &
  ((data: Data) => OutgoingEvent<Data>);

/** The data that a contract describes: `type CartAdd = DataOf<typeof CartAdd>`. */
export type DataOf<Contract> = Contract extends EventContract<string, infer Data> ? Data : never;

type Definition<Type extends string, Data> = Omit<
  EventContract<Type, Data>,
  'personal' | 'secret' | 'upcasters'
> &
  Partial<Pick<EventContract, 'personal' | 'secret' | 'upcasters'>>;

/** What is declared of each stream, whoever imported it. */
const declared = new WeakMap<ServiceStream, Map<string, EventContract>>();

/**
 * The contracts of a stream that this process knows, by type: those in files that were imported.
 *
 * Importing a service imports all that it takes and says.
 */
export const contractsOf = (stream: ServiceStream): ReadonlyMap<string, EventContract> =>
  declared.get(stream) ?? new Map();

/**
 * Declares an event type.
 *
 * @throws TypeError when the type does not start with its stream's service, or when a step from
 * version 1 to the current one is missing.
 * @example
 * export const CartAdd = defineEvent({
 *   type: 'cart.add', version: 1, kind: 'request', stream: cartStream,
 *   data: z.object({ userId: id, productId: id, quantity: z.int() }),
 *   key: ({ userId }) => userId,
 * });
 */
export const defineEvent = <const Type extends string, Data>(
  definition: Definition<Type, Data>,
): DefinedEvent<Type, Data> => {
  const { type, version, stream, upcasters = {} } = definition;
  if (!new RegExp(`^${stream.service}\\.[a-z][a-z0-9-]{0,63}$`).test(type)) {
    throw new TypeError(`event type "${type}" is not "${stream.service}.<lower-case-name>"`);
  }
  for (let from = 1; from < version; from++) {
    if (!upcasters[from]) throw new TypeError(`${type}: no upcaster from version ${from}`);
  }
  const event = (data: Data): OutgoingEvent<Data> => ({ contract, data });
  const contract: DefinedEvent<Type, Data> = Object.assign(event, {
    personal: [],
    secret: [],
    ...definition,
    upcasters,
  });
  const known = declared.get(stream) ?? new Map<string, EventContract>();
  declared.set(stream, known.set(type, contract));
  return contract;
};

/** A versioning step whose two ends the compiler checks against the older schema. */
export const upcaster = <Older, Newer>(
  data: z.ZodType<Older>,
  up: (older: Older) => Newer,
): Upcaster => ({ data, up: up as (older: unknown) => unknown });
