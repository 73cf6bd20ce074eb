import { z } from 'zod';
import { type Causes, causesSchema, hasCause, markOf, noCauses, withCause } from './causes.ts';
import { type Parked, parkedSchema } from './parked.ts';
import { type Tally, tallyAfter } from './tally.ts';

/** A bound for a key that goes on and on while an older event of any key cannot be settled. */
export const rememberedSequences = 4096;

/**
 * What is stored of a key: its state, and which events it already contains.
 *
 * The exactness of effects rests on this record and on the guard of its commit, on nothing else. An
 * event that is delivered again is recognised by its sequence, however much the broker has forgotten:
 * a sequence is dropped only when all up to it is settled, and that is put on record too. An event
 * that was published again is recognised by its id.
 */
export interface StateRecord<State = unknown> {
  readonly key: string;
  readonly state: State;
  /** The ids of the last events applied. */
  readonly causes: Causes;
  /** The sequences applied above {@link settled}; at most {@link rememberedSequences}. */
  readonly recent: readonly number[];
  /** Every event of the stream up to this sequence was settled when the record was written. */
  readonly settled: number;
  /** The sequences that wait for their next try in the stream of retries: settled, and not applied. */
  readonly retrying?: readonly number[] | undefined;
  /** The highest sequence applied, by stream. */
  readonly position: Readonly<Record<string, number>>;
  /** How many events are applied, and a sum over them; nothing in records of older versions. */
  readonly tally?: Tally | undefined;
  /** The key waits behind a dead letter. */
  readonly parked?: Parked | undefined;
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

const count = { count: z.number(), sum: z.number() };
const tally = z.object({
  ...count,
  late: z.array(z.number()),
  marks: z.array(z.object({ ...count, sequence: z.number() })),
});

const recordOf = <State>(schema: z.ZodType<State>) =>
  z.object({
    key: z.string(),
    state: schema,
    causes: causesSchema,
    recent: z.array(z.number()).default([]),
    settled: z.number().default(0),
    retrying: z.array(z.number()).optional(),
    position: z.record(z.string(), z.number()),
    tally: tally.optional(),
    parked: parkedSchema.optional(),
  });

/** Reads records from their JSON; made once a service. */
export const recordReader = <State>(
  schema: z.ZodType<State>,
): ((json: string) => StateRecord<State>) => {
  const record = recordOf(schema);
  return (json) => record.parse(JSON.parse(json));
};

/**
 * Reads no more of a record than whose state it is, and that: for who follows states. The rest is most
 * of a small record.
 */
export const stateReader = <State>(
  schema: z.ZodType<State>,
): ((json: string) => Pick<StateRecord<State>, 'key' | 'state'>) => {
  const record = z.object({ key: z.string(), state: schema });
  return (json) => record.parse(JSON.parse(json));
};

/**
 * Writes a record's JSON.
 *
 * The causes, which are most of it, are put in as they are: each pass over them, and each copy, counts
 * with every event of every key (`docs/performance.md`, state and facts).
 */
export const writeRecord = (record: StateRecord): string => {
  const { key, state, recent, settled, retrying, position, tally, parked } = record;
  const others: Others = { key, state, recent, settled, retrying, position, tally, parked };
  return `${JSON.stringify(others).slice(0, -1)},"causes":"${record.causes}"}`;
};

/** Each by its name, so that none is left out. */
type Others = {
  readonly [Field in Exclude<keyof Required<StateRecord>, 'causes'>]: StateRecord[Field];
};

/** The record before the first event of a key. */
export const emptyRecord = <State>(key: string, initial: State): StateRecord<State> => ({
  key,
  state: initial,
  causes: noCauses,
  recent: [],
  settled: 0,
  position: {},
});

/** An event of the service's own stream. */
export interface Cause {
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
}

/** True when the record contains the event already. */
export const contains = (
  { causes, recent, settled, retrying }: StateRecord,
  { id, sequence }: Omit<Cause, 'stream'>,
): boolean =>
  ((sequence <= settled || recent.includes(sequence)) && !retrying?.includes(sequence)) ||
  (causes !== noCauses && hasCause(causes, markOf(id)));

/** The record after one more event; all up to `settledUpTo` is known to be settled. */
export const recordAfter = <State>(
  record: StateRecord<State>,
  state: State,
  { id, stream, sequence, settledUpTo }: Cause & { readonly settledUpTo: number },
): StateRecord<State> => {
  // An event that is being applied is not settled: who says so speaks of another stream's life.
  const settled = settledUpTo < sequence ? Math.max(record.settled, settledUpTo) : record.settled;
  const recent = record.recent.filter((applied) => applied > settled);
  if (recent.length >= rememberedSequences)
    recent.splice(0, 1 + recent.length - rememberedSequences);
  recent.push(sequence);
  const position = record.position[stream] ?? 0;
  const { parked, retrying } = record;
  return {
    key: record.key,
    state,
    causes: withCause(record.causes, markOf(id)),
    recent,
    settled,
    position: { ...record.position, [stream]: Math.max(position, sequence) },
    tally: tallyAfter(record.tally, sequence, position),
    ...(parked && { parked }),
    ...(retrying && retryingWithout(record, sequence)),
  };
};

/** The record of a key, one of whose events is about to be settled without being applied. */
export const recordPostponing = (record: StateRecord, sequence: number): StateRecord => ({
  ...record,
  retrying: [...(record.retrying ?? []).filter((other) => other !== sequence), sequence],
});

/** The record after an event turned out to be applied already, under another sequence. */
export const recordForgetting = (
  { retrying, ...record }: StateRecord,
  sequence: number,
): StateRecord => ({ ...record, ...retryingWithout({ retrying }, sequence) });

const retryingWithout = (
  { retrying = [] }: Pick<StateRecord, 'retrying'>,
  sequence: number,
): Pick<StateRecord, 'retrying'> => {
  const left = retrying.filter((other) => other !== sequence);
  return left.length > 0 ? { retrying: left } : {};
};
