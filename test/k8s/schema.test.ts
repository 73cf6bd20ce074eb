import { expect, test } from 'vitest';
import type { Manifest } from './manifest.ts';
import { render } from './render.ts';
import { schemaProblems } from './schema.ts';

/** What somebody might write instead, and what is said of it. */
const mistakes: readonly [string, string, string, string][] = [
  [
    'a misspelt field',
    '"readOnlyRootFilesystem"',
    '"readOnlyRootFileSystem"',
    'securityContext/readOnlyRootFileSystem is no field',
  ],
  [
    'a field in the wrong place',
    '"enableServiceLinks"',
    '"restartLimit"',
    'spec/restartLimit is no field',
  ],
  ['a missing field', '"containerPort":', '"port":', 'required property containerPort'],
  ['a missing selector', '"selector":', '"select":', 'selector'],
  [
    'a word for a number',
    '"periodSeconds":5',
    '"periodSeconds":"5s"',
    'periodSeconds must be integer',
  ],
  [
    'a value that there is not',
    '"ScheduleAnyway"',
    '"Sometimes"',
    'must be equal to one of the allowed values',
  ],
  ['an unknown object', '"kind":"PodDisruptionBudget"', '"kind":"PodBudget"', 'there is no model'],
  ['a misspelt field of KEDA', '"pollingInterval"', '"pollInterval"', 'pollInterval is no field'],
  ['a misspelt field of a trigger', '"metricType"', '"kind"', 'triggers/0/kind is no field'],
  ['a scaler without a target', '"scaleTargetRef"', '"target"', 'scaleTargetRef'],
];

for (const [title, right, wrong, said] of mistakes) {
  test(`finds ${title}`, async (context) => {
    const manifests = await render(context, 'prod', ['keda', 'network-policies']);
    expect(manifests.flatMap(schemaProblems)).toEqual([]);
    const text = JSON.stringify(manifests);
    expect(text.includes(right), `${right} is written`).toBe(true);

    const broken = JSON.parse(text.replaceAll(right, wrong)) as readonly Manifest[];

    expect(broken.flatMap(schemaProblems).join('\n')).toContain(said);
  });
}
