import type { z } from 'zod';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Token } from '../di/token.ts';
import type { AnyRoute, ClassOf, OnExhausted, QueryRoute, Route } from './handler.ts';
import { type Retention, retentionOf } from './retention.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { exponential } from './retry-policy.ts';
import type { StateDefinition } from './state-record.ts';

/** Reads the state of a key of the own service, for queries: the latest, or the initial one. */
export interface KeyStates<State> {
  /** @throws BusUnavailable */
  read(key: string): Promise<State>;
}

/** A read model that every replica keeps in memory, built from the states of a stream. */
export interface ReadModel<Value> {
  /** The state of a key as it is now; called once a change, in the stream's order. */
  readonly apply: (key: string, value: Value) => void;
  /**
   * All that was there at the start is applied, and nobody has asked yet: the time for work that the
   * first question would wait for. Called once; the service begins afterwards.
   */
  readonly caughtUp?: () => void;
}

/** One line of a service's table of read models. */
export interface ViewDefinition {
  readonly stream: ServiceStream;
  readonly schema: z.ZodType;
  readonly provides: Token<unknown>;
  readonly model: ClassOf<ReadModel<never>>;
}

/** Says that a read model follows the states of a stream, and under which token handlers get it. */
export const view = <Value, Model extends ReadModel<Value>>(
  stream: ServiceStream,
  schema: z.ZodType<Value>,
  provides: Token<Model>,
  model: ClassOf<Model & ReadModel<NoInfer<Value>>>,
): ViewDefinition => ({ stream, schema, provides: provides as Token<unknown>, model });

/** A whole service: the table that says what it listens to and who handles it. */
export interface ServiceDefinition<State = unknown> {
  /** Its name; the first token of its event types, and its durable consumers'. */
  readonly name: string;
  readonly stream: ServiceStream;
  /**
   * `key`: events of a key are handled in the order in which the stream has them, whatever replicas
   * come and go. `none`: any replica takes any event; an event that fails waits outside. @default key
   */
  readonly ordering: 'key' | 'none';
  /**
   * How its events are acknowledged to the broker; either way none before it is finished. `each` by
   * itself. `watermark`: up to the last event of a partition before which all are finished, which
   * costs the broker half as much, and holds up the whole partition behind an event that waits long:
   * for handlers that are quick and fail seldom. @default each
   */
  readonly acknowledge: 'each' | 'watermark';
  /** The state of its keys, and the token under which queries read it. */
  readonly state: StateDefinition<State> & { readonly provides: Token<KeyStates<State>> };
  /** Request events in its own stream. Their handlers see and change the state of the event's key. */
  readonly routes: readonly Route<State>[];
  /** Facts in other services' streams. Their handlers have no state: they turn a fact into request events. */
  readonly reactions: readonly Route[];
  readonly queries: readonly QueryRoute[];
  readonly views: readonly ViewDefinition[];
  readonly retry: RetryPolicy;
  /** What becomes of a key after an event of it is dead, where a route does not say. @default skip */
  readonly onExhausted: OnExhausted;
  /** How long its stream keeps what everybody has handled. */
  readonly retention: Retention;
}

/** A service whose state's type no longer matters: it was checked when it was declared. */
export interface AnyService
  extends Pick<
    ServiceDefinition,
    | 'name'
    | 'stream'
    | 'ordering'
    | 'acknowledge'
    | 'queries'
    | 'views'
    | 'retry'
    | 'onExhausted'
    | 'retention'
  > {
  readonly state: StateDefinition<unknown> & { readonly provides: symbol };
  readonly routes: readonly AnyRoute[];
  readonly reactions: readonly AnyRoute[];
}

type Optional =
  | 'ordering'
  | 'acknowledge'
  | 'reactions'
  | 'queries'
  | 'views'
  | 'retry'
  | 'onExhausted';

/**
 * Declares a service.
 *
 * @throws TypeError when an event type has two handlers, a route belongs to another stream, or a
 * time cannot be one.
 */
export const defineService = <State>(
  definition: Omit<ServiceDefinition<State>, 'name' | 'retention' | Optional> &
    Partial<Pick<ServiceDefinition<State>, Optional>> & {
      /** What is left out is kept as usual: dead letters for good, the rest for 30 days. */
      readonly retention?: Partial<Retention>;
    },
): ServiceDefinition<State> => {
  const { stream, routes, reactions = [], queries = [], views = [] } = definition;
  const name = stream.service;
  refuseDuplicates(
    name,
    [...routes, ...reactions].map(({ contract }) => contract.type),
  );
  refuseDuplicates(
    name,
    queries.map(({ query }) => query.name),
  );
  for (const { contract } of routes) {
    if (contract.stream !== stream || contract.kind !== 'request') {
      throw new TypeError(`${name}: ${contract.type} is no request event of ${stream.name}`);
    }
  }
  for (const { contract, onExhausted } of reactions) {
    if (contract.stream === stream || contract.kind !== 'fact') {
      throw new TypeError(`${name}: ${contract.type} is no fact of another service`);
    }
    if (onExhausted === 'park') {
      throw new TypeError(`${name}: ${contract.type} is a reaction, which has no key to park`);
    }
  }
  const parks = [definition, ...routes].some(({ onExhausted }) => onExhausted === 'park');
  if (parks && definition.ordering === 'none') {
    throw new TypeError(`${name}: only keys whose events are in order can be parked`);
  }
  const { ordering = 'key' } = definition;
  if (definition.acknowledge === 'watermark' && ordering === 'none') {
    throw new TypeError(`${name}: only events in order can be acknowledged by watermark`);
  }
  const retry = usualRetry[ordering];
  const defaults = { retry, onExhausted: 'skip', acknowledge: 'each' } as const;
  const retention = retentionOf(name, definition.retention);
  return { ...defaults, ...definition, name, ordering, reactions, queries, views, retention };
};

/** Where a failing event holds up its key, it is soon set aside; where it holds up nobody, it may wait. */
const usualRetry = {
  key: exponential(),
  none: exponential({ maxAttempts: 10, firstMs: 500, maxMs: 60_000 }),
} as const;

const refuseDuplicates = (service: string, names: readonly string[]): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`${service}: ${twice} is handled twice`);
};
