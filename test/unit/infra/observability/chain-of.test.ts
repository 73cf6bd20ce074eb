import { expect, it } from 'vitest';
import { chainOf } from '../../../../src/infra/observability/chain-of.ts';

const chain = (id: string, causationId?: string, correlationId = 'r') =>
  chainOf({ id, correlationId, causationId });

it('is the event itself, when that began it all', () => {
  expect(chain('r')).toEqual(['r']);
});

it.each([
  ['a fact', 'r.0', 'r', ['r', 'r.0']],
  ['what a reaction asks', 'r.0.reprice-item.u1', 'r.0', ['r', 'r.0', 'r.0.reprice-item.u1']],
  [
    'a fact of that',
    'r.0.reprice-item.7.1',
    'r.0.reprice-item.7',
    ['r', 'r.0', 'r.0.reprice-item.7', 'r.0.reprice-item.7.1'],
  ],
  ['what is asked of a key a second time', 'r.0.add.7.2', 'r.0', ['r', 'r.0', 'r.0.add.7.2']],
  ['a fact of that', 'r.0.add.7.2.0', 'r.0.add.7.2', ['r', 'r.0', 'r.0.add.7.2', 'r.0.add.7.2.0']],
  [
    'what is asked after that',
    'r.0.add.7.2.0.note.x',
    'r.0.add.7.2.0',
    ['r', 'r.0', 'r.0.add.7.2', 'r.0.add.7.2.0', 'r.0.add.7.2.0.note.x'],
  ],
  ['a redriven event', 'r.redrive.1', 'r', ['r', 'r.redrive.1']],
])('names every event that led to %s', (_what, id, cause, expected) => {
  expect(chain(id, cause)).toEqual(expected);
});

it('says where something is missing that the ids do not tell', () => {
  expect(chain('~hash.0', '~hash')).toEqual(['r', '…', '~hash', '~hash.0']);
  expect(chain('own id', 'another', 'r')).toEqual(['r', '…', 'another', 'own id']);
  expect(chain('r.0.x', 'r.0.x', 'r').at(-1)).toBe('r.0.x');
});

it('takes dots in the first id for what they are', () => {
  const first = 'CART.17.1750000000000';
  expect(chain(`${first}.0.note.a`, `${first}.0`, first)).toEqual([
    first,
    `${first}.0`,
    `${first}.0.note.a`,
  ]);
});
