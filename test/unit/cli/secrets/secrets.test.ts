import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { brokerUsers } from '../../../../src/cli/secrets/broker-users.ts';
import { permissionsFile } from '../../../../src/cli/secrets/permissions-file.ts';
import { changeSecrets } from '../../../../src/cli/secrets/run-secrets.ts';
import {
  readSecretsArguments,
  type SecretsTask,
} from '../../../../src/cli/secrets/secrets-arguments.ts';
import { publicKeyOf } from '../../../../src/infra/nats/nkeys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const change = (kind: 'make' | 'add' | 'rotate' | 'retire', user = 'cart', servers = ['n-0']) =>
  changeSecrets(folder, { kind, user } as SecretsTask, servers);
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const keyOf = (user: string) => publicKeyOf(Buffer.from(text(`users/${user}/nkey`).trim()));
/** The keys that the broker takes for a user. */
const takenFor = (user: string): string[] =>
  [...text('broker/users.conf').matchAll(/nkey = (\w+), permissions = \$may_(\w+) /g)]
    .filter(([, , name]) => name === user)
    .map(([, key]) => key ?? '');
const everything = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => ({
    path: join(entry.parentPath, entry.name),
    isFile: entry.isFile(),
  }));

describe('the keys of the broker’s users', () => {
  it('are made for everybody, each another, and the broker is told of them', async () => {
    await change('make');

    const keys = brokerUsers.map(({ name }) => keyOf(name));
    expect(new Set(keys).size).toBe(brokerUsers.length);
    for (const { name } of brokerUsers) expect(takenFor(name)).toEqual([keyOf(name)]);
    for (const { name } of brokerUsers) {
      expect(text('broker/users.conf')).not.toContain(text(`users/${name}/nkey`).trim());
    }
  });

  it('are for nobody else to read, and kept out of repositories', async () => {
    await change('make');

    for (const { path, isFile } of everything()) {
      expect([path, statSync(path).mode & 0o777]).toEqual([path, isFile ? 0o600 : 0o700]);
    }
    expect(text('.gitignore').trim()).toBe('*');
  });

  it('are not made where there is something already', async () => {
    writeFileSync(join(folder, 'mine'), 'mine');

    await expect(change('make')).rejects.toThrow(/not empty, and nothing was changed/);

    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it('stay as they are when what is missing is added', async () => {
    await change('make');
    const before = keyOf('cart');
    const password = text('broker/routes.conf');
    rmSync(join(folder, 'users/gateway'), { recursive: true });

    await change('add');

    expect(keyOf('cart')).toBe(before);
    expect(takenFor('gateway')).toEqual([keyOf('gateway')]);
    expect(text('broker/routes.conf')).toBe(password);
  });

  it('are changed in two steps, so that the broker takes both for a while', async () => {
    await change('make');
    const old = keyOf('cart');

    await change('rotate');

    expect(keyOf('cart')).not.toBe(old);
    expect(takenFor('cart')).toEqual([keyOf('cart'), old]);
    await expect(change('rotate')).rejects.toThrow('--retire cart comes first');
    await change('retire');
    expect(takenFor('cart')).toEqual([keyOf('cart')]);
  });

  it('are not changed over a damaged one, which is named and not shown', async () => {
    await change('make');
    writeFileSync(join(folder, 'users/user/nkey'), 'SUAHUNTER2');

    const failed = change('add');

    await expect(failed).rejects.toThrow(/users\/user\/nkey holds no seed/);
    await expect(failed).rejects.not.toThrow(/HUNTER2/);
  });

  it('become Secrets of those who run in a cluster, and of nobody else', async () => {
    await change('make');

    const { secretGenerator } = parse(text('kustomization.yaml')) as {
      secretGenerator: { name: string; files: string[] }[];
    };
    expect(secretGenerator.map(({ name }) => name)).toEqual([
      'nats-users',
      'nats-worker-user',
      'nats-worker-product',
      'nats-worker-cart',
      'nats-gateway',
      'nats-observer',
    ]);
    for (const file of secretGenerator.flatMap(({ files }) => files)) {
      expect(text(file.replace(/^nkey=/, ''))).not.toBe('');
    }
  });

  it('let the servers of a cluster know each other by a word that nobody guesses', async () => {
    await change('make', 'cart', ['nats-0.nats', 'nats-1.nats']);

    const [, password] = /password = "([\w-]{43})"/.exec(text('broker/routes.conf')) ?? [];
    expect(text('broker/routes.conf')).toContain(
      `"nats-route://route:${password}@nats-1.nats:6222"`,
    );
  });
});

describe('npm run nats:secrets', () => {
  it.each([
    [[], '--out says into which folder'],
    [['--out', 'x', '--rotate', 'nobody'], 'no user "nobody": there are user, product'],
    [['--out', 'x', '--add', '--rotate', 'cart'], 'one at a time'],
    [['--out', 'x', '--servers', 'a b'], '--servers are names of hosts'],
    [['--out', 'x', 'y'], '"y": there are only options'],
    [['--out', 'x', '--force'], '--force'],
  ])('refuses %j, saying what is wrong', (args, why) => {
    expect(() => readSecretsArguments(args)).toThrow(why);
  });

  it('makes all for a cluster of three unless told otherwise', () => {
    expect(readSecretsArguments(['--out', 'x'])).toEqual({
      folder: 'x',
      task: { kind: 'make' },
      servers: ['nats-0.nats-headless', 'nats-1.nats-headless', 'nats-2.nats-headless'],
    });
  });
});

describe('the permissions', () => {
  it('in the repository are those of the code (npm run nats:permissions writes them)', () => {
    const file = resolve(import.meta.dirname, '../../../../k8s/broker/server/permissions.conf');

    expect(readFileSync(file, 'utf8')).toBe(permissionsFile(brokerUsers));
  });

  it('allow nothing to whom nothing is granted, which an empty list would not say', () => {
    const nobody = { publish: [], subscribe: [], never: [], answers: false };

    expect(
      permissionsFile([{ name: 'nobody', may: nobody }]).match(/deny = \[\s+">"/g),
    ).toHaveLength(2);
  });

  it('give nobody but people everything', () => {
    for (const { name, may } of brokerUsers.filter((user) => user.name !== 'admin')) {
      const wide = [...may.publish, ...may.subscribe].filter((one) =>
        /^(>|\*|\$JS\.(API\.)?>|_INBOX\.)/.test(one),
      );
      expect([name, wide]).toEqual([name, []]);
    }
  });
});
