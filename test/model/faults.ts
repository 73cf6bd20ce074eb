import { queueAgain } from './broker.ts';
import { reread } from './commit.ts';
import { noMark } from './mark.ts';
import { begun } from './owner.ts';
import type { FaultName, Rules } from './rules.ts';
import type { Step } from './search.ts';
import {
  type Ack,
  bit,
  type Delivery,
  has,
  listOf,
  newOwner,
  type World,
  withOwner,
} from './state.ts';

type Next = Step<World>;
type Fault = (world: World, index: number, rules: Rules) => Next[];

/** What may go wrong next, as long as there are faults left. */
export const faultSteps = (world: World, rules: Rules): Next[] =>
  Object.entries(faults).flatMap(([name, fault]) => {
    const left = world.faults[name] ?? 0;
    if (left === 0) return [];
    const after = { ...world, faults: { ...world.faults, [name]: left - 1 } };
    return world.owners.flatMap((_, index) =>
      fault(after, index, rules).map(({ label, to }) => ({
        label: `! ${label}`,
        to,
        isFault: true,
      })),
    );
  });

/** What it had sent is on its way still, or lost; what it knew is gone, and the broker may not know yet. */
const crash: Fault = (world, index) => {
  const { acks, batch } = world.owners[index]!;
  const label = `${index} crashes and starts again`;
  const crashed: World = {
    ...withOwner(world, index, newOwner(world.states.length)),
    lateAcks: [...world.lateAcks, ...acks],
    pin: world.pin === index ? 'gone' : world.pin,
  };
  if (!batch) return [{ label, to: crashed }];
  return [
    { label, to: { ...crashed, lateBatches: [...world.lateBatches, batch] } },
    { label: `${label}; its batch is lost`, to: crashed },
  ];
};

const losePin: Fault = (world, index) =>
  world.pin === index
    ? [{ label: `broker takes the pin from ${index}`, to: { ...world, pin: 'nobody' } }]
    : [];

const loseMessage: Fault = (world, index) => {
  const { inbox, acks } = world.owners[index]!;
  const deliveries = inbox.map(({ sequence }, lost): Next => {
    const rest = inbox.toSpliced(lost, 1);
    // The next one that arrives shows the hole.
    const [first, ...later] = rest.slice(lost);
    return {
      label: `the delivery of ${sequence} to ${index} is lost`,
      to: withOwner(world, index, {
        inbox: first ? [...rest.slice(0, lost), showing(first), ...later] : rest,
        hasGap: first === undefined,
      }),
    };
  });
  const [first, ...rest] = acks;
  if (!first) return deliveries;
  const lost = withOwner(world, index, { acks: rest });
  return [...deliveries, { label: `the ${first.kind} for ${first.sequence} is lost`, to: lost }];
};

const showing = (delivery: Delivery): Delivery => ({
  ...delivery,
  shows: delivery.shows === 'nothing' ? 'hole' : delivery.shows,
});

const loseAnswer: Fault = (world, index) => {
  const { batch } = world.owners[index]!;
  if (!batch) return [];
  const lateBatches = [...world.lateBatches, batch];
  return [
    { label: `${index} gets no answer to its batch`, to: { ...reread(world, index), lateBatches } },
  ];
};

const lapse: Fault = (world, index) => {
  const { lane, hand } = world.owners[index]!;
  if (world.pin !== index) return [];
  return listOf(world.unacknowledged)
    .filter((one) => lane.includes(one) || has(hand, one))
    .filter((one) => !world.redeliveries.includes(one))
    .map((one) => ({ label: `lease of ${one} lapses at ${index}`, to: queueAgain(world, one) }));
};

const leave: Fault = (world, index) => {
  const owner = world.owners[index]!;
  if (owner.hasLeft || world.owners.filter(({ hasLeft }) => !hasLeft).length === 1) return [];
  const lane = begun(owner);
  let unbegun = owner.hand;
  for (const sequence of owner.lane) if (!lane.includes(sequence)) unbegun |= bit(sequence);
  const naks = listOf(unbegun).map((sequence): Ack => ({ kind: 'nak', sequence }));
  const change = { hasLeft: true, hold: undefined, hand: 0, lane, acks: [...owner.acks, ...naks] };
  return [{ label: `${index} leaves`, to: withOwner(world, index, change) }];
};

/**
 * The broker ends without warning and had not written its last batch to the disk; nor, then, the
 * acknowledgements that followed it. Every connection is cut.
 */
const forgetBatch: Fault = (world, index, rules) => {
  const { beforeLast } = world;
  if (!beforeLast || index > 0) return [];
  const forgotten = world.facts.flatMap((facts, key) => facts.slice(beforeLast.facts[key]?.length));
  let { unacknowledged } = world;
  for (const sequence of forgotten) unacknowledged |= bit(sequence);
  if (rules.acknowledges === 'watermark') {
    // What it forgets is how far the acknowledged reach.
    for (let one = Math.min(...forgotten); one <= world.delivered; one++)
      unacknowledged |= bit(one);
  }
  const cutOff: World = {
    ...world,
    ...beforeLast,
    beforeLast: undefined,
    unacknowledged,
    pin: 'nobody',
    lateAcks: [],
    lateBatches: [],
    owners: world.owners.map((owner) => ({
      ...owner,
      ...{ inbox: [], acks: [], batch: undefined },
      ...(rules.distrustsCut ? { mark: noMark, former: noMark, isStranger: true } : {}),
    })),
  };
  return [{ label: `the broker forgets the batch for ${forgotten.join('+')}`, to: cutOff }];
};

const faults: Readonly<Record<FaultName, Fault>> = {
  crash,
  'pin-loss': losePin,
  'lost-message': loseMessage,
  'lost-answer': loseAnswer,
  'lapsed-lease': lapse,
  leave,
  'forgotten-batch': forgetBatch,
};
