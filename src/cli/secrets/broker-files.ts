import type { BrokerUser } from './broker-users.ts';
import { variableOf } from './permissions-file.ts';
import { seedFile } from './secrets-folder.ts';

/** A user, and the public keys by which the broker knows them. */
export interface KnownUser extends Pick<BrokerUser, 'name' | 'secret'> {
  readonly keys: readonly string[];
}

const written = '# Written by npm run nats:secrets; made anew with --add.';

/** Whom the broker lets in, by public keys. Lies beside the file of the permissions, which it includes. */
export const usersFile = (users: readonly KnownUser[]): string =>
  [
    written,
    'include permissions.conf',
    'authorization {',
    '  users = [',
    ...users.flatMap(({ name, keys }) =>
      keys.map((key) => `    { nkey = ${key}, permissions = $${variableOf(name)} }`),
    ),
    '  ]',
    '}',
    '',
  ].join('\n');

/** By which word the broker's servers let each other in. Lies in the section `cluster`. */
export const routesFile = (servers: readonly string[], password: string): string =>
  [
    written,
    `authorization { user = route, password = "${password}" }`,
    'routes = [',
    ...servers.map((server) => `  "nats-route://route:${password}@${server}:6222"`),
    ']',
    '',
  ].join('\n');

/** Makes a Secret for the broker, and one for each process: \`kubectl apply -k\`. */
export const kustomizationFile = (users: readonly KnownUser[]): string =>
  [
    written,
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    '# Processes read a changed key at their next connection: no new name, no restart.',
    'generatorOptions:',
    '  disableNameSuffixHash: true',
    'secretGenerator:',
    '  - name: nats-users',
    '    files: [broker/users.conf, broker/routes.conf]',
    ...users
      .filter(({ secret }) => secret !== undefined)
      .flatMap(({ name, secret }) => [
        `  - name: ${secret}`,
        `    files: [nkey=${seedFile(name)}]`,
      ]),
    '',
  ].join('\n');
