import { describe, expect, it } from 'vitest';
import type { Report } from './check.ts';
import { eventId, History, readEventId } from './history.ts';
import {
  factOf,
  judge,
  letterOf,
  type Recorded,
  type RecordedRun,
  recordedRun,
  requestOf,
  stateOf,
} from './recorded-run.ts';

const seeds = Array.from({ length: 50 }, (_, index) => index + 1);

const found = ({ counts }: Report) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

const indexOf = ({ messages, random }: RecordedRun, root: string): number => {
  const indexes = messages.flatMap(({ subject }, index) =>
    subject.startsWith(root) ? [index] : [],
  );
  return random.pick(indexes);
};

const messageAt = ({ messages }: RecordedRun, index: number): Recorded =>
  messages[index] ?? requestOf(0, 0);

const placeOf = ({ headers }: Recorded): readonly [number, number] =>
  readEventId(headers['ce-id'] ?? headers['ce-causationid'] ?? '') ?? [0, 0];

/** Two facts of one key, the first of them well before the second. */
const twoFactsOfAKey = (run: RecordedRun): readonly [number, number] => {
  for (;;) {
    const [one, other] = [indexOf(run, 'fact.'), indexOf(run, 'fact.')];
    const sameKey = placeOf(messageAt(run, one))[0] === placeOf(messageAt(run, other))[0];
    if (one < other && sameKey) return [one, other];
  }
};

describe('the checker', () => {
  it.each(seeds)('finds nothing wrong with a run that went well (seed %i)', (seed) => {
    const run = recordedRun(seed);
    const report = judge(run);

    expect(report.violations).toEqual([]);
    expect(report.events).toBe(report.applied + report.dead);
  });

  it.each(seeds)('sees that a stored event has no effect (seed %i)', (seed) => {
    const run = recordedRun(seed);
    run.messages.splice(indexOf(run, 'fact.'), 1);

    expect(found(judge(run))).toMatchObject({ lost: 1 });
    expect(found(judge(run, { isPending: true }))).toMatchObject({ stuck: 1 });
  });

  it.each(seeds)('sees that an acknowledged event is not stored (seed %i)', (seed) => {
    const run = recordedRun(seed);
    const { history } = run;
    history.settle(0, history.publishesOf(0).length || 1, 4711);

    expect(found(judge(run))).toEqual({ lost: 1 });
  });

  it.each(seeds)('sees that a dead letter is missing (seed %i)', (seed) => {
    const run = recordedRun(seed);
    run.history.settleStray('broken', run.messages.push(requestOf(0, 0)));
    run.messages.splice(-1, 1, { ...requestOf(0, 0), headers: { 'ce-id': 'broken' } });

    expect(found(judge(run))).toEqual({ lost: 1 });
    run.messages.push(letterOf('broken', 1));
    expect(found(judge(run))).toEqual({});
    run.messages.push(letterOf('broken', 1));
    expect(found(judge(run))).toEqual({ doubled: 1 });
  });

  it.each(seeds)('sees that an effect is there twice (seed %i)', (seed) => {
    const run = recordedRun(seed);
    run.messages.push(messageAt(run, indexOf(run, 'fact.')));

    expect(found(judge(run))).toMatchObject({ doubled: 1 });
  });

  it.each(seeds)('sees that an event is applied and a dead letter (seed %i)', (seed) => {
    const run = recordedRun(seed);
    const index = indexOf(run, 'fact.');
    const cause = messageAt(run, index).headers['ce-causationid'] ?? '';
    run.messages.push(letterOf(cause, index));

    expect(found(judge(run))).toEqual({ doubled: 1, 'wrong fate': 1 });
  });

  it.each(seeds)('sees that two events of a key changed places (seed %i)', (seed) => {
    const run = recordedRun(seed);
    const [one, other] = twoFactsOfAKey(run);
    run.messages.splice(one, 1, ...run.messages.splice(other, 1, messageAt(run, one)));

    expect(found(judge(run))['reordered']).toBeGreaterThan(0);
    expect(judge(run, { isUnordered: true }).counts.reordered).toBe(0);
  });

  it.each(seeds)(
    'sees that a state was decided upon one that was not the last (seed %i)',
    (seed) => {
      const run = recordedRun(seed);
      const [one, other] = twoFactsOfAKey(run);
      const [key, n] = placeOf(messageAt(run, other));
      const { place } = messageAt(run, one).body as { place: number };
      run.messages.splice(other, 1, factOf(key, n, place));

      expect(found(judge(run))).toEqual({ 'wrong state': 1 });
    },
  );

  it.each(seeds)('sees that a state lacks an event that was applied (seed %i)', (seed) => {
    const run = recordedRun(seed);
    const key = placeOf(messageAt(run, indexOf(run, 'fact.')))[0];
    const index = run.messages.findIndex(({ subject }) => subject === `state.ledger.3.k${key}`);
    run.messages.splice(index, 1, stateOf(key, [1]), stateOf(key, []));

    expect(found(judge(run))).toEqual({ 'wrong state': 1 });
  });

  it.each(seeds)('sees what nobody asked for (seed %i)', (seed) => {
    const run = recordedRun(seed);
    run.messages.push(requestOf(0, 999), factOf(1, 998, 1), stateOf(77, []));
    run.messages.push({ subject: 'in.ledger.3.write', headers: { 'ce-id': 'who' }, body: {} });

    expect(judge(run).counts.ghost).toBeGreaterThanOrEqual(4);
  });

  it('sees what was refused and is stored all the same', () => {
    const history = new History(['k0']);
    history.settle(0, 1, 'refused');

    expect(found(judge({ history, messages: [] }))).toEqual({});
    const stored = [requestOf(0, 1), factOf(0, 1, 1), stateOf(0, [1])];
    expect(found(judge({ history, messages: stored }))).toEqual({ ghost: 1 });
  });

  it('knows the dead letter of an event without a readable id by the sequence that it names', () => {
    const history = new History([]);
    history.settleStray('broken', 1);
    const stored = { ...requestOf(0, 1), headers: { 'ce-id': 'broken' } };

    expect(found(judge({ history, messages: [stored, letterOf('LEDGER.1', 1)] }))).toEqual({});
    expect(judge({ history, messages: [stored, letterOf('LEDGER.2', 2)] }).counts).toMatchObject({
      lost: 1,
      ghost: 1,
    });
  });

  it('takes an event that is stored again for the same event', () => {
    const history = new History(['k0']);
    history.settle(0, 1, 1);
    const messages = [requestOf(0, 1), factOf(0, 1, 1), requestOf(0, 1), stateOf(0, [1])];

    expect(found(judge({ history, messages }))).toEqual({});
  });

  it('asks nothing of an event of which its producer knows nothing', () => {
    const history = new History(['k0']);
    history.invoke(0, 1);

    expect(found(judge({ history, messages: [] }))).toEqual({});
    expect(found(judge({ history, messages: [requestOf(0, 1)] }))).toEqual({ lost: 1 });
  });

  it('wants a dead letter of what can only fail', () => {
    const history = new History(['k0']);
    history.settle(0, 1, 1);
    history.doom(0, 1);
    const applied = [requestOf(0, 1), factOf(0, 1, 1), stateOf(0, [1])];

    expect(found(judge({ history, messages: applied }))).toEqual({ 'wrong fate': 1 });
    const letter = [requestOf(0, 1), letterOf(eventId(0, 1), 1)];
    expect(found(judge({ history, messages: letter }))).toEqual({});
  });

  it('tells how long a key stood still, not how long an event waited for others of its key', () => {
    const history = new History(['k0', 'k1']);
    const messages: Recorded[] = [];
    for (const n of [1, 2, 3]) history.settle(0, n, messages.push(requestOf(0, n)));
    history.settle(1, 1, messages.push(requestOf(1, 1)));
    for (const n of [1, 2, 3]) messages.push(factOf(0, n, n));
    messages.push(factOf(1, 1, 1), stateOf(0, [1, 2, 3]), stateOf(1, [1]));

    expect(judge({ history, messages })).toMatchObject({ longestStallMs: 4000, violations: [] });
    history.bother(0);
    history.bother(1);
    expect(judge({ history, messages })).toMatchObject({ longestStallMs: 0 });
  });
});
