/** One thing that can happen next. */
export interface Step<State> {
  /** What happens, as a line of a trace. */
  readonly label: string;
  readonly to: State;
  /** A fault: it may happen, but nothing may depend on its happening. */
  readonly isFault?: boolean;
}

export interface Model<State> {
  readonly initial: State;
  readonly steps: (state: State) => readonly Step<State>[];
  /** Equal for states that need not be told apart. */
  readonly encode: (state: State) => string;
  /** What is wrong with a state; nothing when it is as it must be. */
  readonly violation: (state: State) => string | undefined;
  /** All that had to happen has happened. */
  readonly isComplete: (state: State) => boolean;
}

export type Found =
  /** Every reachable state is as it must be, and from each of them all can still be done. */
  | { readonly kind: 'holds'; readonly states: number; readonly steps: number }
  | {
      readonly kind: 'violated';
      readonly what: string;
      /** The shortest way there. */
      readonly trace: readonly string[];
      readonly states: number;
    };

/** More states than this are a mistake in the sizes, not a proof that takes longer. */
const mostStates = 3_000_000;

/**
 * Visits every state that can be reached, the nearest first.
 *
 * A state is doomed when no way leads from it, without a further fault, to one in which everything is
 * done: a message that is lost, or an owner that waits for ever. A terminal state that is not complete
 * is the simplest kind of it.
 */
export const explore = <State>(model: Model<State>): Found => {
  const known = new Map<string, number>([[model.encode(model.initial), 0]]);
  const parents = [-1];
  const labels = [''];
  const complete: number[] = [];
  const edges = { from: [] as number[], to: [] as number[] };
  let frontier: [number, State][] = [[0, model.initial]];
  const violated = (what: string, at: number): Found => ({
    kind: 'violated',
    what,
    trace: traceTo(at, parents, labels),
    states: known.size,
  });

  while (frontier.length > 0) {
    const next: [number, State][] = [];
    for (const [at, state] of frontier) {
      const what = model.violation(state);
      if (what !== undefined) return violated(what, at);
      if (model.isComplete(state)) complete.push(at);
      for (const { label, to, isFault } of model.steps(state)) {
        const code = model.encode(to);
        let index = known.get(code);
        if (index === undefined) {
          index = parents.length;
          known.set(code, index);
          parents.push(at);
          labels.push(label);
          next.push([index, to]);
        }
        if (isFault) continue;
        edges.from.push(at);
        edges.to.push(index);
      }
    }
    if (known.size > mostStates) throw new Error(`more than ${mostStates} states`);
    frontier = next;
  }
  const doomed = firstDoomed(parents.length, edges, complete);
  if (doomed !== undefined) return violated('what is left can never be done', doomed);
  return { kind: 'holds', states: known.size, steps: edges.from.length };
};

const traceTo = (at: number, parents: readonly number[], labels: readonly string[]): string[] => {
  const trace: string[] = [];
  for (let index = at; index > 0; index = parents[index] ?? 0) trace.push(labels[index] ?? '');
  return trace.reverse();
};

/** Goes backwards from what is complete; states are numbered by distance, so the first is the nearest. */
const firstDoomed = (
  states: number,
  { from, to }: { readonly from: readonly number[]; readonly to: readonly number[] },
  complete: readonly number[],
): number | undefined => {
  // The steps that lead to each state, one behind the other: `begins[i]` to `begins[i + 1]`.
  const begins = new Int32Array(states + 1);
  for (const target of to) begins[target + 1]!++;
  for (let index = 0; index < states; index++) begins[index + 1]! += begins[index]!;
  const filled = begins.slice();
  const sources = new Int32Array(from.length);
  for (const [edge, target] of to.entries()) sources[filled[target]!++] = from[edge]!;

  const canFinish = new Uint8Array(states);
  const reached = [...complete];
  for (const index of complete) canFinish[index] = 1;
  for (let index = reached.pop(); index !== undefined; index = reached.pop()) {
    for (let edge = begins[index]!; edge < begins[index + 1]!; edge++) {
      const source = sources[edge]!;
      if (canFinish[source]) continue;
      canFinish[source] = 1;
      reached.push(source);
    }
  }
  const first = canFinish.indexOf(0);
  return first === -1 ? undefined : first;
};
