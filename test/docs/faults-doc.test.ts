import { expect, test } from 'vitest';
import { extraScenarios, scenarios } from '../faults/scenarios.ts';
import { codeIn, pageText, rowsOf } from './markdown.ts';

const documented = rowsOf(pageText('faults.md'), ['scenario', 'what happens']).map((row) => ({
  name: codeIn(row['scenario'] ?? '')[0],
  says: row['what happens'],
}));

test('the page of the fault suite lists its scenarios as --list does', () => {
  expect(scenarios.length).toBeGreaterThan(25);
  expect(documented).toEqual([
    ...scenarios.map(({ name, says }) => ({ name, says })),
    ...extraScenarios.map(({ name, says }) => ({ name, says: `${says}; only when it is named` })),
  ]);
});
