import { expect, test } from 'vitest';
import { allCombinations, combinationsFor, overlays } from './parts.ts';
import { render } from './render.ts';
import { allRules } from './rules/all.ts';
import { schemaProblems } from './schema.ts';

const combinations = combinationsFor('prod');

/** One rendering takes half a second; with EVERY_COMBINATION=1 there are hundreds. */
const timeout = combinations.length * 10_000;

test('what is tried has every two components together that go together', () => {
  expect(combinations.length).toBeGreaterThanOrEqual(5 * 3);
  expect(combinations).toContainEqual(expect.arrayContaining(['keda', 'plain-monitoring']));
  expect(combinations).toContainEqual(expect.arrayContaining(['hpa', 'network-policies']));
  expect(allCombinations).toHaveLength(5 * 3 * 2 * 2 * 2);
});

for (const overlay of overlays) {
  test(`whatever is switched on, ${overlay} breaks no rule and no schema`, {
    timeout,
  }, async (context) => {
    const problems: string[] = [];
    for (const components of combinationsFor(overlay)) {
      const manifests = await render(context, overlay, components);
      const found = [
        ...manifests.flatMap(schemaProblems),
        ...allRules.flatMap(([, rule]) => rule(manifests)),
      ];
      problems.push(...found.map((problem) => `${components.join(', ') || 'nothing'}: ${problem}`));
    }

    expect(problems).toEqual([]);
  });
}
