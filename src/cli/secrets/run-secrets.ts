import { resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../terminal/usage-error.ts';
import { type KnownUser, kustomizationFile, routesFile, usersFile } from './broker-files.ts';
import { brokerUsers } from './broker-users.ts';
import type { SecretsArguments, SecretsTask } from './secrets-arguments.ts';
import { SecretsFolder, seedFile } from './secrets-folder.ts';

/** npm runs scripts in the package's folder; file names are meant where the user stands. */
export const secretsEnvironment = z.object({ INIT_CWD: z.string().default('.') });

/** Makes or changes keys, and writes what follows from them; resolves to the exit code. */
export const runSecrets = async (
  { folder: path, task, servers }: SecretsArguments,
  { INIT_CWD }: z.infer<typeof secretsEnvironment>,
): Promise<number> => {
  await changeSecrets(resolve(INIT_CWD, path), task, servers);
  console.log(said(task, path));
  return 0;
};

/** The same without a word. @throws UsageError when the folder is not as the task needs it; DamagedSecret */
export const changeSecrets = async (
  path: string,
  task: SecretsTask,
  servers: readonly string[],
): Promise<void> => {
  const folder = new SecretsFolder(path);
  await refuseWrongState(folder, task, path);
  await change(folder, task);
  const users = await knownUsers(folder);
  const password = await folder.routePassword();
  // Nobody adds it to a repository in passing.
  await folder.write('.gitignore', '*');
  await folder.write('broker/users.conf', usersFile(users));
  await folder.write('broker/routes.conf', routesFile(servers, password));
  await folder.write('kustomization.yaml', kustomizationFile(users));
};

const refuseWrongState = async (
  folder: SecretsFolder,
  task: SecretsTask,
  path: string,
): Promise<void> => {
  const isEmpty = await folder.isEmpty();
  if (task.kind === 'make' && !isEmpty) {
    throw new UsageError(
      `${path} is not empty, and nothing was changed: --add makes what is missing in it`,
    );
  }
  if (task.kind !== 'make' && isEmpty) throw new UsageError(`there is nothing in ${path}`);
};

const change = async (folder: SecretsFolder, task: SecretsTask): Promise<void> => {
  if (task.kind === 'rotate') {
    const [, before] = await folder.keysOf(task.user);
    if (before) {
      throw new UsageError(
        `${task.user} has an old key besides: --retire ${task.user} comes first`,
      );
    }
    await folder.rotate(task.user);
  }
  if (task.kind === 'retire') await folder.retire(task.user);
  for (const { name } of brokerUsers) {
    if ((await folder.keysOf(name)).length === 0) await folder.makeSeed(name);
  }
};

const knownUsers = async (folder: SecretsFolder): Promise<readonly KnownUser[]> =>
  Promise.all(brokerUsers.map(async (user) => ({ ...user, keys: await folder.keysOf(user.name) })));

const said = (task: SecretsTask, path: string): string => {
  const inside = brokerUsers.filter(({ secret }) => secret).map(({ name }) => name);
  const outside = brokerUsers.filter(({ secret }) => !secret).map(({ name }) => name);
  const next = `then: kubectl apply -n NAMESPACE -k ${path}`;
  switch (task.kind) {
    case 'rotate':
      return `${task.user} has a new key; the broker takes the old one too. ${next}, let the broker read its users again, and then --retire ${task.user}`;
    case 'retire':
      return `the old key of ${task.user} is nobody's. ${next}, and let the broker read its users again`;
    default:
      return [
        `keys for ${inside.join(', ')}: ${next}`,
        `keys for ${outside.join(', ')} are for people: NATS_NKEY_FILE=${path}/${seedFile('verify')} npm run verify`,
      ].join('\n');
  }
};
