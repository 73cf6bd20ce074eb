import { expect, test } from 'vitest';
import { count, duration, percent, perSecond } from '../../../../src/cli/terminal/figures.ts';
import { table } from '../../../../src/cli/terminal/table.ts';

test('figures have the digits that mean something', () => {
  expect(count(1234567)).toBe('1,234,567');
  expect([duration(0.417), duration(12.4), duration(1250), duration(undefined)]).toEqual([
    '0.42 ms',
    '12 ms',
    '1.25 s',
    '-',
  ]);
  expect([perSecond(8120.4), perSecond(0.25), perSecond(Number.NaN)]).toEqual([
    '8,120/s',
    '0.3/s',
    '-',
  ]);
});

test('a share is whole only when nothing is missing', () => {
  expect([percent(1), percent(0.99999), percent(0.5)]).toEqual(['100 %', '99.99 %', '50.00 %']);
});

test('a table is aligned: names to the left, figures to the right', () => {
  const rows = [
    ['', 'events', 'p99'],
    ['cart', '12', '5 ms'],
    ['Müller', '1,234', '-'],
  ];

  expect(table(rows)).toBe(
    ['        events   p99', 'cart        12  5 ms', 'Müller   1,234     -'].join('\n'),
  );
});
