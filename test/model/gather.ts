import { lowestUnacknowledged } from './broker.ts';
import type { Step } from './search.ts';
import {
  type Ack,
  bit,
  type Delivery,
  has,
  listOf,
  type Owner,
  type Sequences,
  type World,
  withOwner,
} from './state.ts';

/** What an owner knows that gathers by proof what is unacknowledged. */
export interface Gathering {
  /** How many messages were unacknowledged when it asked last, and up to which had been delivered. */
  readonly count: number;
  readonly upTo: number;
  /** Those that were delivered to it after it had asked. */
  readonly since: Sequences;
  /** How many deliveries on their way to it were made before it asked. */
  readonly old: number;
}

/** What it makes of one more delivery. */
export const hearOf = (
  gathering: Gathering | undefined,
  sequence: number,
): Gathering | undefined => {
  if (!gathering) return undefined;
  if (gathering.old > 0) return { ...gathering, old: gathering.old - 1 };
  return { ...gathering, since: gathering.since | bit(sequence) };
};

/** What was delivered to it and to nobody else, after one more delivery. */
export const onlyIts = (owner: Owner, { sequence, before, shows }: Delivery): Sequences => {
  const known = owner.isStranger || shows === 'new-pin' ? 0 : owner.only;
  return sequence > before ? known | bit(sequence) : known;
};

const inHand = ({ hand, lane }: Owner): Sequences =>
  lane.reduce((all, sequence) => all | bit(sequence), hand);

const certain = (owner: Owner, { since, upTo }: Gathering, trustsHand: boolean): Sequences => {
  const all = inHand(owner) & (bit(upTo + 1) - 1);
  return trustsHand ? all : all & (owner.only | since);
};

/** True when certainly all is in hand that was unacknowledged when it asked. */
export const isGathered = (owner: Owner, trustsHand: boolean): boolean => {
  const gathering = owner.hold?.gathering;
  if (!gathering) return false;
  return listOf(certain(owner, gathering, trustsHand)).length === gathering.count;
};

/** It pauses before it asks anew: what was recalled has come by then, to whomever. */
const isUnderWay = ({ owners, redeliveries }: World): boolean =>
  redeliveries.length > 0 || owners.some(({ inbox }) => inbox.length > 0);

/** Asks how many are unacknowledged, and recalls what may be and is not certainly in hand; again when nothing comes any more. */
export const gather = (
  world: World,
  index: number,
  owner: Owner,
  trustsHand: boolean,
): Step<World>[] => {
  const { hold, acks, inbox } = owner;
  if (!hold || acks.some(({ kind }) => kind === 'nak')) return [];
  if (hold.gathering && (isUnderWay(world) || isGathered(owner, trustsHand))) return [];
  const count = listOf(world.unacknowledged).length;
  const gathering = { count, upTo: world.delivered, since: 0, old: inbox.length };
  const sure = certain(owner, gathering, trustsHand);
  const naks: Ack[] = [];
  for (let sequence = lowestUnacknowledged(world); sequence <= world.delivered; sequence++) {
    if (!has(sure, sequence)) naks.push({ kind: 'nak', sequence });
  }
  const recalled = naks.map(({ sequence }) => sequence).join(' ');
  return [
    {
      label: `${index} asks: ${count} unacknowledged; recalls ${recalled}`,
      to: withOwner(world, index, { hold: { ...hold, gathering }, acks: [...acks, ...naks] }),
    },
  ];
};
