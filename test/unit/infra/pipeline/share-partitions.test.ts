import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharePartitions } from '../../../../src/infra/pipeline/share-partitions.ts';

const names = (prefix: string, most: number, least = 0) =>
  fc
    .uniqueArray(fc.stringMatching(/^[a-z0-9]{1,6}$/), { minLength: least, maxLength: most })
    .map((all) => all.map((name) => `${prefix}${name}`));
const partitions = names('STREAM.', 40);
const members = names('member-', 12, 1);

const loadsOf = (owners: ReadonlyMap<string, string>, among: readonly string[]): number[] =>
  among.map((member) => [...owners.values()].filter((owner) => owner === member).length);

describe('partitions and their owners', () => {
  it('give every partition to one of the living', () => {
    fc.assert(
      fc.property(partitions, members, (all, living) => {
        const owners = sharePartitions(all, living);

        expect([...owners.keys()].sort()).toEqual([...all].sort());
        for (const owner of owners.values()) expect(living).toContain(owner);
      }),
    );
  });

  it('give everybody the same, but for one', () => {
    fc.assert(
      fc.property(partitions, members, (all, living) => {
        const loads = loadsOf(sharePartitions(all, living), living);

        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are the same for all who know the same members, in whatever order they heard of them', () => {
    fc.assert(
      fc.property(partitions, members, fc.integer(), (all, living, seed) => {
        const shuffled = [...living].sort((a, b) => (`${a}${seed}` < `${b}${seed}` ? 1 : -1));

        const owners = sharePartitions([...all].reverse(), shuffled.reverse());

        expect(new Map([...owners].sort())).toEqual(
          new Map([...sharePartitions(all, living)].sort()),
        );
      }),
    );
  });

  it('stand by when there are more members than partitions', () => {
    fc.assert(
      fc.property(names('STREAM.', 4), names('member-', 12, 5), (all, living) => {
        const loads = loadsOf(sharePartitions(all, living), living);

        expect(Math.max(...loads, 0)).toBeLessThanOrEqual(1);
        expect(loads.reduce((sum, load) => sum + load, 0)).toBe(all.length);
      }),
    );
  });

  it('are nobody when nobody is there', () => {
    expect(sharePartitions(['STREAM.0'], []).size).toBe(0);
  });

  it('stay mostly who they are when one comes or goes', () => {
    const all = Array.from({ length: 64 }, (_, n) => `STREAM.${n}`);
    fc.assert(
      fc.property(names('member-', 8, 2), ([newcomer = '', ...others]) => {
        const before = sharePartitions(all, others);
        const after = sharePartitions(all, [newcomer, ...others]);

        const moved = all.filter((partition) => before.get(partition) !== after.get(partition));
        // At least the newcomer's share moves; dealt anew, nearly all would.
        expect(moved.length).toBeLessThanOrEqual(64 * 0.75);
        expect(moved.length).toBeGreaterThanOrEqual(Math.floor(64 / (others.length + 1)));
      }),
    );
  });
});
