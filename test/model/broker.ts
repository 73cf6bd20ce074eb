import { arrivingBatches } from './commit.ts';
import { reached } from './mark.ts';
import type { Rules, Sizes } from './rules.ts';
import type { Step } from './search.ts';
import {
  type Ack,
  bit,
  type Delivery,
  has,
  listOf,
  type Owner,
  type World,
  withOwner,
} from './state.ts';

type Next = Step<World>;

/** What the broker may do next. */
export const brokerSteps = (world: World, rules: Rules, sizes: Sizes): Next[] => [
  ...deliveries(world, rules, sizes),
  ...arrivingAcks(world, rules),
  ...arrivingBatches(world, rules),
  ...endedLeases(world),
  ...pinTimeOut(world),
];

/** The lowest message that is not acknowledged: what CONSUMER.INFO says by its floor. */
export const lowestUnacknowledged = ({ unacknowledged }: World): number =>
  listOf(unacknowledged)[0] ?? Number.POSITIVE_INFINITY;

/** Redeliveries go first. What is delivered goes to the pinned owner; without one, whoever pulls is pinned. */
const deliveries = (world: World, { redeliveryOrder }: Rules, { keys }: Sizes): Next[] => {
  if (world.pin === 'gone') return [];
  const owners = world.owners.flatMap((owner, index) =>
    owner.hasLeft || (world.pin !== 'nobody' && world.pin !== index) ? [] : [index],
  );
  const { redeliveries } = world;
  const again = redeliveryOrder === 'any' ? redeliveries : redeliveries.slice(0, 1);
  const sequence = world.delivered + 1;
  const isNew = redeliveries.length === 0 && sequence <= keys.length;
  return owners.flatMap((to) => [
    ...again.map((one) => deliver(world, one, to)),
    ...(isNew ? [deliver(world, sequence, to)] : []),
  ]);
};

const deliver = (world: World, sequence: number, to: number): Next => {
  const owner = world.owners[to]!;
  const isNewPin = world.pin === 'nobody' || world.isNewPin;
  const shows = isNewPin ? 'new-pin' : owner.hasGap ? 'hole' : 'nothing';
  const delivery: Delivery = { sequence, before: world.delivered, shows };
  return {
    label: `broker delivers ${sequence} to ${to}${isNewPin ? ' under a new pin' : ''}`,
    to: {
      ...withOwner(world, to, { inbox: [...owner.inbox, delivery], hasGap: false }),
      pin: to,
      isNewPin: false,
      delivered: Math.max(world.delivered, sequence),
      unacknowledged: world.unacknowledged | bit(sequence),
      redeliveries: world.redeliveries.filter((one) => one !== sequence),
    },
  };
};

/** Acknowledgements of one owner keep their order; those of processes that are no more come as they come. */
const arrivingAcks = (world: World, rules: Rules): Next[] => [
  ...world.owners.flatMap(({ acks: [first, ...rest] }, index) =>
    first
      ? [acknowledge(withOwner(world, index, { acks: rest }), first, `of ${index}`, rules)]
      : [],
  ),
  ...world.lateAcks.map((ack) => {
    const lateAcks = world.lateAcks.filter((one) => one !== ack);
    return acknowledge({ ...world, lateAcks }, ack, 'of an ended process', rules);
  }),
];

/** Whoever sends it: only whether the message is unacknowledged counts, and whether it is queued already. */
const acknowledge = (
  world: World,
  { kind, sequence }: Ack,
  whose: string,
  { acknowledges }: Rules,
): Next => {
  const label = `broker takes the ${kind} ${whose} for ${sequence}`;
  if (kind === 'ack' && acknowledges === 'watermark') return { label, to: passed(world, sequence) };
  if (!has(world.unacknowledged, sequence)) return { label, to: world };
  if (kind === 'ack') {
    return {
      label,
      to: {
        ...world,
        unacknowledged: world.unacknowledged & ~bit(sequence),
        redeliveries: world.redeliveries.filter((one) => one !== sequence),
      },
    };
  }
  return { label, to: queueAgain(world, sequence) };
};

/** An acknowledgement of what was never delivered has no effect. */
const passed = (world: World, upTo: number): World => {
  if (upTo > world.delivered) return world;
  const unacknowledged = world.unacknowledged & ~(bit(upTo + 1) - 1);
  return {
    ...world,
    unacknowledged,
    redeliveries: world.redeliveries.filter((one) => has(unacknowledged, one)),
  };
};

export const queueAgain = (world: World, sequence: number): World =>
  world.redeliveries.includes(sequence)
    ? world
    : { ...world, redeliveries: [...world.redeliveries, sequence] };

/** A message that nobody works on is delivered again when its lease ends; a pinned owner renews its own. */
const endedLeases = (world: World): Next[] => {
  const holder = typeof world.pin === 'number' ? world.owners[world.pin] : undefined;
  return listOf(world.unacknowledged).flatMap((sequence) => {
    // A recall does what the end of its lease would do.
    const isRecalled = world.owners.some(({ acks }) =>
      acks.some((ack) => ack.kind === 'nak' && ack.sequence === sequence),
    );
    const isHeld =
      isRecalled ||
      holder?.inbox.some((one) => one.sequence === sequence) ||
      holder?.lane.includes(sequence) ||
      holder?.acks.some((ack) => ack.sequence === sequence) ||
      (holder && (has(holder.hand, sequence) || isWaiting(holder, sequence)));
    if (isHeld || world.redeliveries.includes(sequence)) return [];
    return [{ label: `lease of ${sequence} ends`, to: queueAgain(world, sequence) }];
  });
};

/** It is done and waits for the watermark: its lease ends only when an acknowledgement was lost. */
const isWaiting = ({ mark }: Owner, sequence: number): boolean =>
  has(mark.done, sequence) && sequence > reached(mark);

const pinTimeOut = (world: World): Next[] => {
  const hasLeft = typeof world.pin === 'number' && world.owners[world.pin]?.hasLeft;
  if (world.pin !== 'gone' && !hasLeft) return [];
  return [{ label: 'broker takes the pin away', to: { ...world, pin: 'nobody' } }];
};
