import { finished } from './mark.ts';
import type { Rules, Sizes } from './rules.ts';
import type { Step } from './search.ts';
import { type Decision, type KeyState, type Owner, type World, withOwner } from './state.ts';

type Next = Step<World>;

/**
 * What an owner may do next with the messages that it works on: of each key the first.
 *
 * Between reading a state and the arrival of the batch that is decided upon it, anything may happen:
 * that is the time that the batch is under way, so reading and sending are one step here.
 */
export const workingSteps = (world: World, index: number, rules: Rules, sizes: Sizes): Next[] => {
  const owner = world.owners[index]!;
  if (owner.batch) return [];
  const heads = firstOfKeys(owner, sizes);
  return [
    ...heads.flatMap((head) => recognise(world, index, head, rules)),
    ...send(world, index, heads, rules),
  ];
};

interface Head {
  readonly sequence: number;
  readonly key: number;
}

const firstOfKeys = ({ lane }: Owner, { keys }: Sizes): Head[] => {
  const seen = new Set<number>();
  return lane.flatMap((sequence) => {
    const key = keys[sequence - 1]!;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ sequence, key }];
  });
};

/** What the owner believes the state of a key to be: as it remembers it, or as it reads it now. */
const believed = (world: World, index: number, key: number, { reader }: Rules): KeyState =>
  reader === 'reaction' ? nothing : (world.owners[index]?.cache[key] ?? world.states[key]!);

/** What a reader without state knows of a key. */
const nothing: KeyState = { revision: 0, applied: [] };

/** Acknowledges what the state contains already. */
const recognise = (world: World, index: number, { sequence, key }: Head, rules: Rules): Next[] => {
  if (!believed(world, index, key, rules).applied.includes(sequence)) return [];
  const owner = world.owners[index]!;
  const label = `${index} recognises ${sequence}`;
  if (rules.readsAfresh && !world.states[key]!.applied.includes(sequence)) {
    const corrected = { cache: remember(owner.cache, key, world.states[key]!) };
    return [{ label: `${label} wrongly`, to: withOwner(world, index, corrected) }];
  }
  return [
    {
      label: `${label} and acknowledges it`,
      to: withOwner(world, index, {
        lane: withoutFirst(owner.lane, sequence),
        ...finished(owner, [sequence], rules),
      }),
    },
  ];
};

/** Group commit: what can be decided now leaves in one batch, each decision guarded by its own key. */
const send = (world: World, index: number, heads: readonly Head[], rules: Rules): Next[] => {
  const owner = world.owners[index]!;
  const batch = heads.flatMap(({ sequence, key }): Decision[] => {
    const upon = believed(world, index, key, rules);
    return upon.applied.includes(sequence) ? [] : [{ sequence, key, upon }];
  });
  if (batch.length === 0) return [];
  const early = rules.acksAfterCommit ? {} : finished(owner, sequencesOf(batch), rules);
  return [
    {
      label: `${index} sends a batch for ${nameOf(batch)}`,
      to: withOwner(world, index, { batch, ...early }),
    },
  ];
};

/** What becomes of batches that are under way. */
export const arrivingBatches = (world: World, rules: Rules): Next[] => [
  ...world.owners.flatMap(({ batch }, index) => {
    if (!batch) return [];
    const { isStored, to } = store(world, batch, rules);
    const label = `stream ${isStored ? 'stores' : 'refuses'} the batch for ${nameOf(batch)} of ${index}`;
    return [{ label, to: isStored ? settled(to, index, rules) : reread(to, index) }];
  }),
  ...world.lateBatches.map((batch) => {
    const lateBatches = world.lateBatches.filter((one) => one !== batch);
    const { isStored, to } = store({ ...world, lateBatches }, batch, rules);
    const label = `stream ${isStored ? 'stores' : 'refuses'} the late batch for ${nameOf(batch)}`;
    return { label, to };
  }),
];

const nameOf = (batch: readonly Decision[]): string =>
  batch.map(({ sequence }) => sequence).join('+');

const sequencesOf = (batch: readonly Decision[]): number[] => batch.map(({ sequence }) => sequence);

/** All of a batch or nothing. */
const store = (world: World, batch: readonly Decision[], { hasGuard, reader }: Rules) => {
  if (reader === 'reaction') return { isStored: true, to: react(world, batch) };
  const isStale = batch.some(({ key, upon }) => upon.revision !== world.states[key]?.revision);
  if (hasGuard && isStale) return { isStored: false, to: world };
  const states = [...world.states];
  const facts = [...world.facts];
  let { lastRevision } = world;
  for (const { sequence, key, upon } of batch) {
    states[key] = { revision: ++lastRevision, applied: [...upon.applied, sequence] };
    facts[key] = [...(facts[key] ?? []), sequence];
  }
  const { states: statesBefore, facts: factsBefore, lastRevision: revisionBefore } = world;
  const beforeLast = { states: statesBefore, facts: factsBefore, lastRevision: revisionBefore };
  const to = { ...world, states, facts, lastRevision };
  return { isStored: true, to: canForget(world) ? { ...to, beforeLast } : to };
};

/** What was asked for before, under the same id, has no effect. */
const react = (world: World, batch: readonly Decision[]): World => {
  const [states, facts] = [[...world.states], [...world.facts]];
  for (const { sequence, key } of batch) {
    if (facts[key]?.includes(sequence)) continue;
    facts[key] = [...(facts[key] ?? []), sequence];
    states[key] = { revision: 0, applied: facts[key] };
  }
  return { ...world, states, facts };
};

/** Only where the broker forgets is it worth knowing what owners remember; elsewhere they are as if they read. */
const canForget = ({ faults }: World): boolean => faults['forgotten-batch'] !== undefined;

/** Stored: remembered, and acknowledged. */
const settled = (world: World, index: number, rules: Rules): World => {
  const owner = world.owners[index]!;
  let { lane, cache } = owner;
  for (const { sequence, key } of owner.batch ?? []) {
    lane = withoutFirst(lane, sequence);
    if (canForget(world)) cache = remember(cache, key, world.states[key]!);
  }
  const said = rules.acksAfterCommit ? finished(owner, sequencesOf(owner.batch ?? []), rules) : {};
  return withOwner(world, index, { lane, cache, batch: undefined, ...said });
};

/** Refused, or nobody knows: the states are read again, and then one sees. */
export const reread = (world: World, index: number): World =>
  withOwner(world, index, { batch: undefined, cache: world.states.map(() => undefined) });

const remember = (cache: Owner['cache'], key: number, state: KeyState): Owner['cache'] =>
  cache.map((known, at) => (at === key ? state : known));

const withoutFirst = (lane: readonly number[], sequence: number): readonly number[] => {
  const at = lane.indexOf(sequence);
  return at === -1 ? lane : lane.toSpliced(at, 1);
};
