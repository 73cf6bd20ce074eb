import { lowestUnacknowledged } from './broker.ts';
import { gather, hearOf, isGathered, onlyIts } from './gather.ts';
import { handed, isKnown, noMark, reached } from './mark.ts';
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
  const only = gathers(rules) ? onlyIts(owner, delivery) : 0;
  const taken = (change: Partial<Owner>): Next[] => [
    { label, to: withOwner(world, index, { inbox, only, isStranger: false, ...change }) },
  ];
  if (owner.hasLeft) return taken({ acks: [...owner.acks, { kind: 'nak', sequence }] });
  const { hold } = owner;
  const hand = owner.hand | bit(sequence);
  const isFresh = shows === 'new-pin' || (shows === 'hole' && rules.noticesHoles);
  if ((isFresh || owner.isStranger) && rules.takeover !== 'none') {
    const upTo = Math.max(before, hold?.before ?? 0);
    const kept = isKnown(owner, sequence) && !owner.isStranger ? owner.hand : hand;
    return taken({ hold: { before: upTo, hasAsked: false, missing: 0, sentinel: 0 }, hand: kept });
  }
  if (rules.acknowledges === 'watermark' && isKnown(owner, sequence))
    return taken(again(owner, sequence));
  if (!hold) return taken(flowing(owner, bit(sequence), rules));
  return hold.sentinel === sequence
    ? taken(flowing({ ...owner, hand }, 0, rules))
    : taken({ hand, hold: { ...hold, gathering: hearOf(hold.gathering, sequence) } });
};

const gathers = ({ takeover }: Rules): boolean => takeover === 'proof' || takeover === 'trusting';

/** It is in the lane or done; when all before it is done too, its acknowledgement was lost. */
const again = ({ acks, mark }: Owner, sequence: number): Partial<Owner> =>
  sequence <= reached(mark) ? { acks: [...acks, { kind: 'ack', sequence }] } : {};

/** It works on what it held back and what it read besides, in the order of the stream. */
const flowing = (owner: Owner, besides: number, rules: Rules): Partial<Owner> => {
  const more = listOf(owner.hand | besides);
  const fresh = more.filter((sequence) => !has(owner.mark.done, sequence));
  const marks = rules.acknowledges === 'watermark' ? { mark: handed(owner, more) } : {};
  return { hold: undefined, hand: 0, lane: appended(owner.lane, fresh), ...marks };
};

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
const ask = (world: World, index: number, owner: Owner, rules: Rules): Next[] => {
  const { takeover } = rules;
  const { hold } = owner;
  if (gathers(rules)) return gather(world, index, owner, takeover === 'trusting');
  if (!hold || hold.hasAsked || takeover === 'counting') return [];
  const floor = lowestUnacknowledged(world);
  let missing = 0;
  for (let sequence = floor; sequence <= hold.before; sequence++) {
    if (!has(owner.hand, sequence) && !isKnown(owner, sequence)) missing |= bit(sequence);
  }
  const label = `${index} asks: unacknowledged from ${floor}`;
  if (missing === 0) return [{ label, to: withOwner(world, index, flowing(owner, 0, rules)) }];
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
const goOn = (world: World, index: number, owner: Owner, rules: Rules): Next[] => {
  const { takeover } = rules;
  const { hold } = owner;
  if (!hold) return [];
  if (takeover === 'counting') {
    const count = listOf(world.unacknowledged).length;
    if (count !== listOf(owner.hand).length) return [];
  } else if (gathers(rules)) {
    if (!isGathered(owner, takeover === 'trusting')) return [];
  } else if (!hold.hasAsked || takeover === 'sentinel') return [];
  const reads = takeover === 'gap-free' || takeover === 'reading';
  // What nobody recognises is given to the lanes only if it is certainly unacknowledged.
  const isCertain = rules.reader === 'state' || rules.acknowledges === 'watermark';
  const besides = reads && isCertain ? hold.missing : 0;
  return [
    { label: `${index} goes on`, to: withOwner(world, index, flowing(owner, besides, rules)) },
  ];
};

/**
 * It has learned that it is not the owner any more: it forgets what it has not begun, and its pin too.
 * What was under way to it then comes to a stranger, who asks before it goes on.
 */
const letGo = (world: World, index: number, owner: Owner, rules: Rules): Next[] => {
  if (world.pin === index || (owner.lane.length === 0 && owner.hand === 0)) return [];
  const lane = begun(owner);
  const marks = rules.forgetsMark
    ? { mark: noMark, former: owner.mark }
    : { mark: { ...owner.mark, handed: owner.mark.handed & ~dropped(owner, lane) } };
  const forgotten = { hold: undefined, hand: 0, lane, isStranger: rules.forgetsPin, ...marks };
  if (lane.length === owner.lane.length && owner.hand === 0) return [];
  return [
    { label: `${index} lets go of what it has not begun`, to: withOwner(world, index, forgotten) },
  ];
};

const dropped = ({ lane }: Owner, kept: readonly number[]): number =>
  lane.reduce((all, sequence) => (kept.includes(sequence) ? all : all | bit(sequence)), 0);

/** What it has sent a batch for; of each, once. */
export const begun = ({ lane, batch }: Owner): number[] =>
  batch?.map(({ sequence }) => sequence).filter((one) => lane.includes(one)) ?? [];
