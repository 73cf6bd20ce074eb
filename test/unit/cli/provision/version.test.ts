import { expect, test } from 'vitest';
import { compareVersions, parseVersion } from '../../../../src/cli/provision/version.ts';

test.each([
  ['v2.15.1', [2, 15, 1], 'release'],
  ['2.42.0+ds', [2, 42, 0], 'release'],
  ['2.15.0-RC.1', [2, 15, 0], 'pre-release'],
])('reads %s', (text, numbers, kind) => {
  expect(parseVersion(text)).toEqual({ numbers, kind });
});

test.each(['', 'latest', '2.15', 'version 2.15.0'])('refuses "%s"', (text) => {
  expect(() => parseVersion(text)).toThrow(`"${text}" is not a version`);
});

test('puts versions in the order of their numbers, a release after what came before it', () => {
  const ordered = ['2.9.10', '2.14.3', '2.14.10', '2.15.0-RC.1', '2.15.0', '3.0.0'];

  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
});

test('a package revision does not make a version newer', () => {
  expect(compareVersions('v2.42.0+ds', '2.42.0')).toBe(0);
});
