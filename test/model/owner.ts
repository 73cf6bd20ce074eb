import { lowestUnacknowledged } from './broker.ts';
import type { Rules } from './rules.ts';
import type { Step } from './search.ts';
import { type Ack, bit, has, listOf, type Owner, type World, withOwner } from './state.ts';

type Next = Step<World>;

/** What an owner may do next to get messages into its hands, in order and without a gap. */
export const takingSteps = (world: World, index: number, rules: Rules): Next[] => {
  const owner = world.owners[index]!;
  return [
    ...take(world, index, owner, rules),
    ...ask(world, index, owner, rules),
    ...goOn(world, index, owner, rules),
    ...letGo(world, index, owner, rules),
  ];
};

const take = (world: World, index: number, owner: Owner, rules: Rules): Next[] => {
  const [delivery, ...inbox] = owner.inbox;
  if (!delivery) return [];
  const { sequence, before, shows } = delivery;
  const label = `${index} takes ${sequence}`;
  const taken = (change: Partial<Owner>): Next[] => [
    { label, to: withOwner(world, index, { inbox, isStranger: false, ...change }) },
  ];
  if (owner.hasLeft) return taken({ acks: [...owner.acks, { kind: 'nak', sequence }] });
  const { hold } = owner;
  const hand = owner.hand | bit(sequence);
  const isFresh = shows === 'new-pin' || (shows === 'hole' && rules.noticesHoles);
  if ((isFresh || owner.isStranger) && rules.takeover !== 'none') {
    const upTo = Math.max(before, hold?.before ?? 0);
    return taken({ hold: { before: upTo, hasAsked: false, missing: 0, sentinel: 0 }, hand });
  }
  if (!hold) return taken({ lane: appended(owner.lane, [sequence]) });
  return hold.sentinel === sequence ? taken(flowing({ ...owner, hand }, 0)) : taken({ hand });
};

/** It works on what it held back and what it read besides, in the order of the stream. */
const flowing = ({ lane, hand }: Owner, besides: number): Partial<Owner> => ({
  hold: undefined,
  hand: 0,
  lane: appended(lane, listOf(hand | besides)),
});

/** What is in the lane already need not be there twice: the second time it would be recognised. */
const appended = (lane: readonly number[], sequences: readonly number[]): number[] => [
  ...lane,
  ...sequences.filter((sequence) => !lane.includes(sequence)),
];

/**
 * Asks the broker what may be unacknowledged, and recalls it.
 *
 * The answer is a floor and the last message delivered; which of those between are acknowledged the
 * broker does not say. A recall has no effect on those that are.
 */
const ask = (world: World, index: number, owner: Owner, { takeover }: Rules): Next[] => {
  const { hold } = owner;
  if (!hold || hold.hasAsked || takeover === 'counting') return [];
  const floor = lowestUnacknowledged(world);
  let missing = 0;
  for (let sequence = floor; sequence <= hold.before; sequence++) {
    if (!has(owner.hand, sequence)) missing |= bit(sequence);
  }
  const label = `${index} asks: unacknowledged from ${floor}`;
  if (missing === 0) return [{ label, to: withOwner(world, index, flowing(owner, 0)) }];
  const sentinel = takeover === 'sentinel' ? (listOf(owner.hand).at(-1) ?? 0) : 0;
  const recalled = [...listOf(missing), ...(sentinel > 0 ? [sentinel] : [])];
  const naks =
    takeover === 'reading' ? [] : recalled.map((sequence): Ack => ({ kind: 'nak', sequence }));
  return [
    {
      label: `${label}, recalls ${recalled.join(' ')}`,
      to: withOwner(world, index, {
        hold: { ...hold, hasAsked: true, missing, sentinel },
        acks: [...owner.acks, ...naks],
      }),
    },
  ];
};

/** Goes on when its rule allows it; how long it waits before is open, so it may be at any time. */
const goOn = (world: World, index: number, owner: Owner, { takeover }: Rules): Next[] => {
  const { hold } = owner;
  if (!hold) return [];
  if (takeover === 'counting') {
    const count = listOf(world.unacknowledged).length;
    if (count !== listOf(owner.hand).length) return [];
  } else if (!hold.hasAsked || takeover === 'sentinel') return [];
  const besides = takeover === 'gap-free' || takeover === 'reading' ? hold.missing : 0;
  return [{ label: `${index} goes on`, to: withOwner(world, index, flowing(owner, besides)) }];
};

/**
 * It has learned that it is not the owner any more: it forgets what it has not begun, and its pin too.
 * What was under way to it then comes to a stranger, who asks before it goes on.
 */
const letGo = (world: World, index: number, owner: Owner, rules: Rules): Next[] => {
  if (world.pin === index || (owner.lane.length === 0 && owner.hand === 0)) return [];
  const lane = begun(owner);
  const forgotten = { hold: undefined, hand: 0, lane, isStranger: rules.forgetsPin };
  if (lane.length === owner.lane.length && owner.hand === 0) return [];
  return [
    { label: `${index} lets go of what it has not begun`, to: withOwner(world, index, forgotten) },
  ];
};

/** What it has sent a batch for; of each, once. */
export const begun = ({ lane, batch }: Owner): number[] =>
  batch?.map(({ sequence }) => sequence).filter((one) => lane.includes(one)) ?? [];
