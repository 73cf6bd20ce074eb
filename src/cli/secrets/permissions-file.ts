import type { BrokerUser } from './broker-users.ts';

/** How long who was asked may take to answer. */
const answerTime = '10s';

/**
 * What each user may do, as a file of the broker's configuration: one variable a user, which the file
 * of the users names. It holds no key, and is the same for every installation.
 */
export const permissionsFile = (users: readonly BrokerUser[]): string =>
  `${[
    '# Who may do what at the broker. Written by npm run nats:permissions from',
    '# src/cli/secrets/broker-users.ts; docs/security.md says it in words.',
    ...users.map(permissionsOf),
  ].join('\n\n')}\n`;

const permissionsOf = ({ name, may }: BrokerUser): string =>
  [
    `${variableOf(name)} = {`,
    ...permission('publish', may.publish, may.never),
    ...permission('subscribe', may.subscribe, []),
    ...(may.answers ? [`  allow_responses = { max = 1, expires = "${answerTime}" }`] : []),
    '}',
  ].join('\n');

/** The broker takes an empty list of what is allowed for no list, which allows everything. */
const permission = (what: string, allow: readonly string[], deny: readonly string[]): string[] => [
  `  ${what} = {`,
  ...(allow.length > 0 ? list('allow', allow) : list('deny', ['>'])),
  ...(allow.length > 0 && deny.length > 0 ? list('deny', deny) : []),
  '  }',
];

const list = (name: string, subjects: readonly string[]): string[] => [
  `    ${name} = [`,
  ...subjects.map((subject) => `      ${JSON.stringify(subject)}`),
  '    ]',
];

/** Under which name the permissions of a user stand there. */
export const variableOf = (user: string): string => `may_${user.replace(/-/g, '_')}`;
