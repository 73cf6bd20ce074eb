import type { EventSource } from '../../../src/infra/pipeline/delivery.ts';
import type { Bus, Commit, StateReader } from '../../../src/infra/pipeline/ports.ts';

/** Defects that are planted into a worker, to see whether the checker sees them. */
export const sabotages = {
  /** Nothing is wrong. */
  none: (bus: Bus): Bus => bus,
  /** A decision is written upon whatever the state is by now. */
  'skip-guard': (bus: Bus): Bus =>
    changed(bus, {
      commits: (stream) => unguarded(bus.commits(stream), bus.states(stream)),
    }),
  /** An event is acknowledged as soon as it comes. */
  'acknowledge-first': (bus: Bus): Bus =>
    changed(bus, { source: (consumer) => acknowledgingFirst(bus.source(consumer)) }),
  /** A state does not say which events it contains. */
  'forget-causes': (bus: Bus): Bus =>
    changed(bus, { commits: (stream) => forgetful(bus.commits(stream)) }),
  /** The owner of a partition is not asked for: replicas share one consumer. */
  'ignore-pin': (bus: Bus): Bus => bus,
} as const;
export type Sabotage = keyof typeof sabotages;

/** A bus with some of its methods replaced; the others stay bound to it. */
const changed = (bus: Bus, changes: Partial<Bus>): Bus =>
  new Proxy(bus, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in changes ? changes : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const unguarded = (commits: Commit, states: StateReader): Commit => ({
  store: (message, id) => commits.store(message, id),
  commit: async (commitment) => {
    const { state } = commitment;
    if (!state) return commits.commit(commitment);
    for (;;) {
      const revision = (await states.read(state.place))?.revision ?? 0;
      const result = await commits.commit({ ...commitment, state: { ...state, revision } });
      if (result.kind !== 'stale') return result;
    }
  },
});

const forgetful = (commits: Commit): Commit => ({
  store: (message, id) => commits.store(message, id),
  commit: (commitment) => {
    const { state } = commitment;
    if (!state) return commits.commit(commitment);
    const record = { ...JSON.parse(state.record), causes: [], recent: [], settled: 0 };
    return commits.commit({ ...commitment, state: { ...state, record: JSON.stringify(record) } });
  },
});

const acknowledgingFirst = (source: EventSource): EventSource => ({
  start: (sink) =>
    source.start({
      ...sink,
      room: () => sink.room(),
      take: (delivery) => {
        delivery.settle({ kind: 'done' });
        sink.take({ ...delivery, settle: () => {}, extend: () => {} });
      },
    }),
});
