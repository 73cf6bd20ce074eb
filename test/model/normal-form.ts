import { lowestUnacknowledged } from './broker.ts';
import type { Rules } from './rules.ts';
import { type Ack, bit, type Decision, has, type Mark, type Owner, type World } from './state.ts';

/**
 * The same world without what can have no effect any more, so that far fewer have to be visited.
 *
 * Taken out is only what can do nothing: acknowledgements of what is acknowledged, batches whose guard
 * has gone stale (revisions never return, unless the broker forgets), and work on events that are
 * applied and acknowledged. An owner that does not wait for such work may only do more than before.
 */
export const normalForm = (world: World, rules: Rules): World => {
  const canForget = world.faults['forgotten-batch'] !== undefined;
  const isOpen = ({ kind, sequence }: Ack): boolean =>
    kind === 'ack' && rules.acknowledges === 'watermark'
      ? lowestUnacknowledged(world) <= sequence
      : has(world.unacknowledged, sequence);
  const isStale = (batch: readonly Decision[]): boolean =>
    rules.hasGuard &&
    rules.reader === 'state' &&
    !canForget &&
    batch.some(({ key, upon }) => upon.revision !== world.states[key]?.revision);
  const open = ~(bit(Math.min(lowestUnacknowledged(world), world.delivered + 1)) - 1);
  /** A watermark has to do only with what is not acknowledged. */
  const above = ({ handed, done }: Mark): Mark => ({ handed: handed & open, done: done & open });
  return {
    ...world,
    owners: world.owners.map((owner) => ({
      ...owner,
      acks: canForget ? owner.acks.filter(isOpen) : withoutRepeated(owner.acks.filter(isOpen)),
      batch: owner.batch && isStale(owner.batch) ? undefined : owner.batch,
      ...(canForget ? {} : { mark: above(owner.mark), former: above(owner.former) }),
      lane: canForget ? owner.lane : withoutDone(owner, world),
    })),
    lateAcks: world.lateAcks.filter(isOpen).sort((a, b) => placeOf(a) - placeOf(b)),
    lateBatches: world.lateBatches.filter((batch) => !isStale(batch)),
    redeliveries:
      rules.redeliveryOrder === 'any'
        ? world.redeliveries.toSorted((a, b) => a - b)
        : world.redeliveries,
  };
};

/** What is acknowledged stays so, where the broker forgets nothing: behind one acknowledgement a second one of the same says nothing. */
const withoutRepeated = (acks: readonly Ack[]): Ack[] =>
  acks.filter(
    ({ kind, sequence }, at) =>
      kind === 'nak' ||
      acks.findIndex((one) => one.kind === 'ack' && one.sequence === sequence) === at,
  );

/** What processes sent that are no more comes in any order. */
const placeOf = ({ kind, sequence }: Ack): number => (kind === 'ack' ? sequence : -sequence);

const withoutDone = ({ lane, batch }: Owner, { unacknowledged, states }: World): Owner['lane'] =>
  lane.filter(
    (sequence) =>
      has(unacknowledged, sequence) ||
      batch?.some((decision) => decision.sequence === sequence) ||
      !states.some(({ applied }) => applied.includes(sequence)),
  );
