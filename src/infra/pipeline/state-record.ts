import { hash } from 'node:crypto';
import { z } from 'zod';

/** How many causes a state remembers: an event is recognised until so many later ones of its key. */
export const rememberedCauses = 128;

/**
 * What is stored of a key: its state, and which events it already contains.
 *
 * The exactness of effects rests on this record and on the guard of its commit, on nothing else:
 * an event whose id is among the causes has had its effect.
 */
export interface StateRecord<State = unknown> {
  readonly key: string;
  readonly state: State;
  /** The ids (of long ones a hash) of the last events applied, oldest first; at most {@link rememberedCauses}. */
  readonly causes: readonly string[];
  /** The highest sequence applied, by stream. */
  readonly position: Readonly<Record<string, number>>;
}

/** A record and the sequence under which the stream holds it; 0 when there is none. */
export interface StoredState<State = unknown> {
  readonly revision: number;
  readonly record: StateRecord<State>;
}

/** The state of a service's keys: its schema, and what holds before the first event. */
export interface StateDefinition<State> {
  readonly schema: z.ZodType<State>;
  readonly initial: State;
}

const recordOf = <State>(schema: z.ZodType<State>) =>
  z.object({
    key: z.string(),
    state: schema,
    causes: z.array(z.string()),
    position: z.record(z.string(), z.number()),
  });

/** Reads records from their JSON; made once a service. */
export const recordReader = <State>(
  schema: z.ZodType<State>,
): ((json: string) => StateRecord<State>) => {
  const record = recordOf(schema);
  return (json) => record.parse(JSON.parse(json));
};

/** The record before the first event of a key. */
export const emptyRecord = <State>(key: string, initial: State): StateRecord<State> => ({
  key,
  state: initial,
  causes: [],
  position: {},
});

/** True when the record contains the event of this id already. */
export const contains = ({ causes }: StateRecord, id: string): boolean =>
  causes.length > 0 && causes.includes(shortId(id));

/** Ids are written with every commit of their key, so long ones are kept as 96 bits of their hash. */
const shortId = (id: string): string =>
  id.length <= 16 ? id : `#${hash('sha1', id, 'base64url').slice(0, 16)}`;

/** The record after one more event. */
export const recordAfter = <State>(
  record: StateRecord<State>,
  state: State,
  cause: { readonly id: string; readonly stream: string; readonly sequence: number },
): StateRecord<State> => ({
  key: record.key,
  state,
  causes: [...record.causes.slice(1 - rememberedCauses), shortId(cause.id)],
  position: {
    ...record.position,
    [cause.stream]: Math.max(record.position[cause.stream] ?? 0, cause.sequence),
  },
});
