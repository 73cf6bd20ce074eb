import { brokerSteps } from './broker.ts';
import { workingSteps } from './commit.ts';
import { faultSteps } from './faults.ts';
import { normalForm } from './normal-form.ts';
import { takingSteps } from './owner.ts';
import { allRules, type Rules, type Sizes } from './rules.ts';
import type { Model } from './search.ts';
import { encode, newOwner, type World } from './state.ts';

/** One partition of a stream with its consumer, and owners that take it from each other. */
export const partitionModel = (sizes: Sizes, without: Partial<Rules> = {}): Model<World> => {
  const rules = { ...allRules, ...without };
  return {
    initial: initialWorld(sizes),
    encode,
    steps: (world) => {
      const steps = [
        ...brokerSteps(world, rules, sizes),
        ...world.owners.flatMap((_, index) => [
          ...takingSteps(world, index, rules),
          ...workingSteps(world, index, rules, sizes),
        ]),
        ...faultSteps(world, rules),
      ];
      return steps.map((step) => ({ ...step, to: normalForm(step.to, rules) }));
    },
    violation: (world) => violationOf(world, sizes),
    isComplete: (world) => isComplete(world, sizes),
  };
};

const initialWorld = ({ keys, owners, faults }: Sizes): World => {
  const count = Math.max(...keys) + 1;
  return {
    states: Array.from({ length: count }, () => ({ revision: 0, applied: [] })),
    facts: Array.from({ length: count }, () => []),
    lastRevision: 0,
    delivered: 0,
    unacknowledged: 0,
    redeliveries: [],
    pin: 'nobody',
    isNewPin: false,
    owners: Array.from({ length: owners }, () => newOwner(count)),
    lateAcks: [],
    lateBatches: [],
    beforeLast: undefined,
    faults: { ...faults },
  };
};

const violationOf = (world: World, sizes: Sizes): string | undefined => {
  for (const facts of world.facts) {
    const twice = facts.find((sequence, at) => facts.indexOf(sequence) !== at);
    if (twice !== undefined) return `${twice} has its effects twice`;
    const early = facts.find((sequence, at) => sequence < (facts[at - 1] ?? 0));
    // A broker that forgets takes the order with it: only loss and doubling can be asked of it.
    if (early !== undefined && !('forgotten-batch' in sizes.faults)) {
      return `${early} comes after a later event of its key`;
    }
  }
  for (const [key, { applied }] of world.states.entries()) {
    const missing = world.facts[key]?.find((sequence) => !applied.includes(sequence));
    if (missing !== undefined) return `the state of key ${key} has lost ${missing}`;
  }
  return undefined;
};

/** Every message is applied and acknowledged. */
const isComplete = (world: World, { keys }: Sizes): boolean =>
  world.delivered === keys.length &&
  world.unacknowledged === 0 &&
  keys.every((key, at) => world.states[key]?.applied.includes(at + 1));
