import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brokerUsers } from '../../src/cli/secrets/broker-users.ts';
import { commandsIn } from './runbooks.ts';

const docs = join(import.meta.dirname, '../../docs');
const users = new Set(brokerUsers.map(({ name }) => name));

/** Pages whose commands are meant for an installed broker: of the runbooks the index speaks for all. */
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && !file.startsWith('decisions'))
  .map((name) => ({ name, text: readFileSync(join(docs, name), 'utf8') }));

/** As whom the broker has to know the commands of a page: those of NATS are its admin's. */
const usersOn = (text: string): readonly string[] => {
  const commands = commandsIn(text).map((line) => line.replace(/^NATS_NKEY_FILE=\S+ /, ''));
  const named = commands.flatMap((command) => /^npm run ([\w:]+)/.exec(command)?.[1] ?? []);
  const admins = commands.filter((command) => command.startsWith('nats ')).map(() => 'admin');
  return [...new Set([...named.filter((name) => users.has(name)), ...admins])];
};

const withUsers = pages
  .map(({ name, text }) => ({ name, text, wanted: usersOn(text) }))
  .filter(({ wanted }) => wanted.length > 0);

const isRunbook = (name: string): boolean => name.startsWith('runbooks/');

test('whoever reads a command for the broker reads which key it needs', () => {
  const index = pages.find(({ name }) => name === 'runbooks/README.md')?.text ?? '';
  const unsaid = withUsers.flatMap(({ name, text, wanted }) =>
    wanted
      .filter((user) => !(isRunbook(name) ? index : text).includes(`secrets/users/${user}/nkey`))
      .map((user) => `${name}: ${user}`),
  );

  expect(withUsers.length).toBeGreaterThan(10);
  expect(unsaid).toEqual([]);
});
