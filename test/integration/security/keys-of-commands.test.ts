import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../support/finished-program.ts';
import { GuardedBroker } from '../../support/guarded-broker.ts';

let broker: GuardedBroker;

beforeAll(async () => {
  broker = await GuardedBroker.start();
});

afterAll(() => broker?.[Symbol.asyncDispose]());

const commands = [
  { user: 'verify', program: 'cli/verify/main.js', args: [] },
  { user: 'deadletters', program: 'cli/dead-letters/main.js', args: ['list'] },
  { user: 'backup', program: 'cli/backup/main.js', args: ['save', 'nowhere'] },
  { user: 'replay', program: 'cli/replay/main.js', args: ['sample/shop.ndjson'] },
  {
    user: 'repartition',
    program: 'cli/repartition/main.js',
    args: ['--service', 'cart', '--partitions', '16'],
  },
];

test('a command that brings no key says which one it needs', async () => {
  const said = await Promise.all(
    commands.map(({ program, args }) => runProgram(program, args, { NATS_URL: broker.url })),
  );

  expect(said.map(({ code }) => code)).toEqual(commands.map(() => 1));
  for (const [index, { user }] of commands.entries()) {
    expect(said[index]?.errors).toMatch(new RegExp(`NATS_NKEY_FILE=.*/users/${user}/nkey`));
  }
}, 30_000);

test('so does one that brings that of another', async () => {
  const { code, errors } = await runProgram('cli/verify/main.js', [], {
    NATS_URL: broker.url,
    NATS_NKEY_FILE: broker.nkeyFile('deadletters'),
  });

  expect(code).toBe(1);
  expect(errors).toMatch(/Permissions Violation.*\n.*NATS_NKEY_FILE=.*\/users\/verify\/nkey/);
});

test('but not when something else is wrong', async () => {
  const { code, errors } = await runProgram('cli/verify/main.js', [], {
    NATS_URL: broker.url,
    NATS_NKEY_FILE: broker.nkeyFile('verify'),
  });

  expect({ code, errors }).toEqual({
    code: 1,
    errors: expect.stringContaining('stream not found'),
  });
  expect(errors).not.toContain('NATS_NKEY_FILE');
});
