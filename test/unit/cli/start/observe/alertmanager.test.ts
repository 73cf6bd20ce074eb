import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withoutReceivers } from '../../../../../src/cli/start/observe/alertmanager.ts';
import { alertmanagerFile } from '../../../../../src/cli/start/observe/repository.ts';

interface Config {
  readonly receivers: readonly { readonly name: string }[];
}

test('a local Alertmanager tells nobody, and groups and silences as the real one', () => {
  const text = readFileSync(alertmanagerFile, 'utf8');
  const { receivers, ...rest } = parse(text) as Config;

  expect(parse(withoutReceivers(text))).toEqual({
    ...rest,
    receivers: receivers.map(({ name }) => ({ name })),
  });
  expect(receivers.map((receiver) => Object.keys(receiver).length)).not.toContain(1);
});
