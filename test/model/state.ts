import type { Gathering } from './gather.ts';

/** A set of sequences, one bit each. */
export type Sequences = number;

export const bit = (sequence: number): Sequences => 1 << sequence;
export const has = (set: Sequences, sequence: number): boolean => (set & bit(sequence)) !== 0;
export const listOf = (set: Sequences): number[] => {
  const list: number[] = [];
  for (let sequence = 1; bit(sequence) <= set; sequence++) {
    if (has(set, sequence)) list.push(sequence);
  }
  return list;
};

/** A delivery on its way to an owner. */
export interface Delivery {
  readonly sequence: number;
  /** The last sequence that had been delivered, to anybody, before this delivery. */
  readonly before: number;
  /** What its pin id and its consumer sequence say, beside what came before. */
  readonly shows: 'new-pin' | 'hole' | 'nothing';
}

/** An acknowledgement on its way to the broker. */
export interface Ack {
  readonly kind: 'ack' | 'nak';
  readonly sequence: number;
}

/** The state of a key, as the stream holds it or as somebody once read it. */
export interface KeyState {
  readonly revision: number;
  /** The sequences applied, in order. */
  readonly applied: readonly number[];
}

/** One decision of a batch: the event, and the state it was decided upon. */
export interface Decision {
  readonly sequence: number;
  readonly key: number;
  readonly upon: KeyState;
}

/** What was handed to the lanes since the last takeover, and what of it is done. */
export interface Mark {
  readonly handed: Sequences;
  readonly done: Sequences;
}

/** What an owner holds back, and for what it waits. */
export interface Hold {
  /** Nothing up to here may be missing before it goes on. */
  readonly before: number;
  /** It has asked which messages are unacknowledged. */
  readonly hasAsked: boolean;
  /** Those that may be unacknowledged and are not in its hands. */
  readonly missing: Sequences;
  /** The message that it recalled last, to see it again when all others have come; 0 when there is none. */
  readonly sentinel: number;
  /** What it has gathered, where its rule is to prove that nothing is missing. */
  readonly gathering?: Gathering | undefined;
}

export interface Owner {
  inbox: readonly Delivery[];
  acks: readonly Ack[];
  /** The last delivery to it was lost: the next one will show it. */
  hasGap: boolean;
  hasLeft: boolean;
  /** It takes the next delivery for the first of a new pin, whatever that one says. */
  isStranger: boolean;
  hold: Hold | undefined;
  /** What it holds back. */
  hand: Sequences;
  /** What was delivered to it and to nobody else, where that matters. */
  only: Sequences;
  /** What it works on, in order; of each key one at a time. */
  lane: readonly number[];
  /** What its watermark rests on; and the one of before, for what had begun when it forgot the rest. */
  mark: Mark;
  former: Mark;
  /** The states as it remembers them, by key; what it does not remember it reads. */
  cache: readonly (KeyState | undefined)[];
  /** What it has sent and not heard of yet. */
  batch: readonly Decision[] | undefined;
}

/** All that matters of a stream's partition, its consumer and its owners at one moment. */
export interface World {
  /** The states of the keys. */
  states: readonly KeyState[];
  /** The facts of the keys, in the order in which they were stored: by what event each was caused. */
  facts: readonly (readonly number[])[];
  /** The sequence of the last state stored. */
  lastRevision: number;
  /** Up to here everything has been delivered at least once. */
  delivered: number;
  unacknowledged: Sequences;
  redeliveries: readonly number[];
  /** The owner that the consumer is pinned to; `gone` while it is pinned to a process that is no more. */
  pin: number | 'nobody' | 'gone';
  /** The pin has not delivered anything yet. */
  isNewPin: boolean;
  owners: readonly Owner[];
  /** What processes sent that are no more. */
  lateAcks: readonly Ack[];
  lateBatches: readonly (readonly Decision[])[];
  /** What the last batch replaced, for the broker that forgets it. */
  beforeLast: Pick<World, 'states' | 'facts' | 'lastRevision'> | undefined;
  /** How many more faults there may be, by kind. */
  faults: Readonly<Record<string, number>>;
}

export const newOwner = (keys: number): Owner => ({
  inbox: [],
  acks: [],
  hasGap: false,
  hasLeft: false,
  isStranger: true,
  hold: undefined,
  hand: 0,
  only: 0,
  lane: [],
  mark: { handed: 0, done: 0 },
  former: { handed: 0, done: 0 },
  cache: Array.from({ length: keys }, () => undefined),
  batch: undefined,
});

/** The same world with one owner changed. */
export const withOwner = (world: World, index: number, change: Partial<Owner>): World => ({
  ...world,
  owners: world.owners.map((owner, at) => (at === index ? { ...owner, ...change } : owner)),
});

const codeOfState = ({ revision, applied }: KeyState): string => {
  let code = `${revision}:`;
  for (const sequence of applied) code += sequence;
  return code;
};

const codeOfDecisions = (decisions: readonly Decision[]): string => {
  let code = '';
  for (const { sequence, upon } of decisions) code += `${sequence}@${codeOfState(upon)},`;
  return code;
};

const codeOfAcks = (acks: readonly Ack[]): string => {
  let code = '';
  for (const { kind, sequence } of acks) code += kind === 'ack' ? `+${sequence}` : `-${sequence}`;
  return code;
};

const codeOfOwner = (owner: Owner, isPinned: boolean): string => {
  let code = `${isPinned ? 'p' : ''}${owner.hasGap ? 'g' : ''}${owner.hasLeft ? 'l' : ''}`;
  code += `${owner.isStranger ? 's' : ''}${owner.hand}|`;
  for (const { sequence, before, shows } of owner.inbox) {
    code += `${sequence}${shows}${before},`;
  }
  code += `|${codeOfAcks(owner.acks)}|`;
  const { hold, batch } = owner;
  if (hold) code += `${hold.before}${hold.hasAsked ? 'a' : ''}${hold.missing}s${hold.sentinel}`;
  const gathering = hold?.gathering;
  if (gathering)
    code += `c${gathering.count}u${gathering.upTo}s${gathering.since}o${gathering.old}`;
  code += `|${owner.only}|`;
  for (const sequence of owner.lane) code += sequence;
  for (const { handed, done } of [owner.mark, owner.former]) code += `h${handed}d${done}`;
  for (const state of owner.cache) code += state ? `,${codeOfState(state)}` : ',';
  if (batch) code += `|${codeOfDecisions(batch)}`;
  return code;
};

/** Owners are alike: worlds that differ only in their order are the same. */
export const encode = (world: World): string => {
  const owners = world.owners.map((owner, index) => codeOfOwner(owner, world.pin === index));
  let code = `${owners.sort().join('/')};`;
  for (const state of world.states) code += `${codeOfState(state)},`;
  for (const facts of world.facts) code += `${facts.join('')},`;
  code += `${world.delivered}d${world.unacknowledged}r${world.redeliveries.join('')}`;
  code += `${typeof world.pin === 'string' ? world.pin : ''}${world.isNewPin ? 'n' : ''};`;
  code += `${codeOfAcks(world.lateAcks)};`;
  code += `${world.lateBatches.map(codeOfDecisions).sort().join('+')};`;
  code += `${world.beforeLast ? world.beforeLast.lastRevision : ''};`;
  for (const left of Object.values(world.faults)) code += left;
  return code;
};
