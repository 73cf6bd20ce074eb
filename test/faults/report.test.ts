import { describe, expect, it } from 'vitest';
import { History } from './checker/history.ts';
import { factOf, judge, requestOf, stateOf } from './checker/recorded-run.ts';
import { isWrong, type Row, summary, tell } from './report.ts';

const rowOf = (wrong: readonly string[], facts = 1): Row => {
  const history = new History(['k0']);
  history.settle(0, 1, 1);
  const applied = Array.from({ length: facts }, (_, index) => factOf(0, 1, index + 1));
  const messages = [requestOf(0, 1), ...applied, stateOf(0, [1])];
  return {
    kind: 'ran',
    result: {
      name: 'kill-worker',
      seed: 7,
      report: judge({ history, messages }),
      wrong,
      tookMs: 2_000,
      settledAfterMs: 100,
      folder: wrong.length > 0 ? '/somewhere' : undefined,
    },
  };
};

const skipped: Row = { kind: 'skipped', name: 'power-cut', why: 'it needs root' };
const broke: Row = { kind: 'broke', name: 'half-open', seed: 7, error: new Error('no server') };

describe('the report of the fault suite', () => {
  it('has a line for each fault, with what was lost, doubled and reordered', () => {
    const lines = summary([rowOf([]), rowOf(['doubled: 1'], 2), skipped, broke]).split('\n');

    expect(lines[0]).toMatch(/^fault +events +lost +doubled +reordered +longest stall +verdict$/);
    expect(lines[1]).toMatch(/^kill-worker +1 +0 +0 +0 +1.00 s +ok$/);
    expect(lines[2]).toMatch(/^kill-worker +1 +0 +1 +0 +1.00 s +WRONG$/);
    expect(lines[3]).toMatch(/^power-cut .* skipped$/);
    expect(lines[4]).toMatch(/^half-open .* broke off$/);
  });

  it('says how a run in which something is wrong is repeated, and where its logs are', () => {
    expect(tell(rowOf(['doubled: 1']))).toContain('npm run faults -- kill-worker --seed 7');
    expect(tell(rowOf(['doubled: 1']))).toContain('logs: /somewhere');
    expect(tell(broke)).toContain('no server');
    expect(tell(broke)).toContain('npm run faults -- half-open --seed 7');
  });

  it('takes a run that broke off for a failure, and one that was skipped for none', () => {
    expect([rowOf([]), rowOf(['doubled: 1']), skipped, broke].map(isWrong)).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});
