import { expect, test } from 'vitest';
import { readDeadLetterArguments } from '../../../../src/cli/dead-letters/dead-letter-arguments.ts';
import { UsageError } from '../../../../src/cli/terminal/usage-error.ts';

const now = Date.parse('2026-03-02T12:00:00Z');
const read = (...args: string[]) => readDeadLetterArguments(args, now);

test('a selection is read from names and options, times ago or as dates', () => {
  const args = ['redrive', 'cart/7', '--id', 'a', '--reason', 'exhausted', '--reason', 'crashed'];

  expect(read(...args, '--since', '2h', '--until', '2026-03-02', '--limit', '5')).toMatchObject({
    command: 'redrive',
    selection: {
      names: ['cart/7', 'a'],
      reasons: ['exhausted', 'crashed'],
      types: [],
      since: now - 2 * 3_600_000,
      until: Date.parse('2026-03-02T00:00:00Z'),
      limit: 5,
      all: false,
    },
    dryRun: false,
    yes: false,
  });
});

test('what cannot be read is named', () => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [[], /list, show, redrive, discard/],
    [['shred'], /"shred"/],
    [['show'], /which dead letter/],
    [['list', '--since', 'yesterday'], /--since.*"yesterday"/],
    [['list', '--until', '2026-99-01'], /--until.*"2026-99-01"/],
    [['list', '--limit', '0'], /--limit.*"0"/],
    [['list', '--what'], /--what/],
    [['list', '--url', 'localhost'], /--url/],
  ];
  for (const [args, message] of wrong) {
    expect(() => read(...args), args.join(' ')).toThrow(UsageError);
    expect(() => read(...args), args.join(' ')).toThrow(message);
  }
});

test('help is not a mistake', () => {
  expect(read('--help')).toBe('help');
});
