import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import type { Scenario } from './scenario.ts';
import { extraScenarios, scenarios } from './scenarios.ts';

/** The scenarios of these names; all of the suite when there is none. @throws UsageError */
export const findScenarios = (names: readonly string[]): readonly Scenario[] =>
  names.length === 0 ? scenarios : names.map(findOne);

const findOne = (name: string): Scenario => {
  const parts = name.split('+').map((part) => {
    const found = [...scenarios, ...extraScenarios].find((one) => one.name === part);
    if (!found) throw new UsageError(`there is no scenario "${part}": --list says what there is`);
    return found;
  });
  const [only] = parts;
  const found = parts.length === 1 ? only : combined(parts);
  if (!found) throw new UsageError(`${name}: these cannot strike at once`);
  return found;
};

const load = ({ events = 0, perSecond = 0 }: NonNullable<Scenario['load']>) =>
  perSecond > 0 ? events / perSecond : 0;

/**
 * Several faults in one run; nothing when they need different worlds, or strike the same things.
 *
 * What is promised of one fault alone (how long a key may stall) is not asked of several.
 */
export const combined = (parts: readonly Scenario[]): Scenario | undefined => {
  const [first] = parts;
  if (!first || parts.some((part) => !fits(part, first, parts))) return undefined;
  const environment = Object.assign({}, ...parts.map((part) => part.environment));
  const longest = [...parts].sort((one, other) => load(other.load ?? {}) - load(one.load ?? {}))[0];
  const act = parts.find((part) => part.load?.act)?.load?.act;
  return {
    name: parts.map(({ name }) => name).join('+'),
    says: parts.map(({ says }) => says).join('; '),
    target: first.target,
    ordering: first.ordering ?? 'key',
    broker: parts.some(({ broker }) => broker === 'cluster') ? 'cluster' : 'server',
    replicas: Math.max(...parts.map(({ replicas = 3 }) => replicas)),
    environment,
    isLinked: parts.some(({ isLinked }) => isLinked),
    load: { ...longest?.load, ...(act ? { act } : {}) },
    unavailable: () => parts.map((part) => part.unavailable?.()).find((why) => why !== undefined),
    strike: async (world) => {
      await Promise.all(parts.map((part) => part.strike(world)));
    },
  };
};

const fits = (part: Scenario, first: Scenario, parts: readonly Scenario[]): boolean => {
  if (part.brokerConfig || part.diskMegabytes || part.isProducerLinked) return false;
  if ((part.service ?? 'ledger') !== (first.service ?? 'ledger')) return false;
  if ((part.ordering ?? 'key') !== (first.ordering ?? 'key')) return false;
  if (parts.filter(({ target }) => target === part.target).length > 1) return false;
  const targets = new Set(parts.map(({ target }) => target));
  // Links lead to one server; a cluster's clients know the others too.
  if (targets.has('cluster') && (targets.has('server') || targets.has('links'))) return false;
  return true;
};
