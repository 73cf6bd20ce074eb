import { expect, test } from 'vitest';
import { z } from 'zod';
import { tools } from '../../src/cli/provision/tools.ts';
import {
  commonEnvironment,
  gatewayEnvironment,
  observerEnvironment,
  readConfig,
  workerEnvironment,
} from '../../src/infra/runtime/config.ts';
import { codeIn, listIn, pageText, rowsOf } from './markdown.ts';

const page = pageText('configuration.md');

/** What JSON Schema says of one variable. */
interface Variable {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const variablesOf = (schema: z.ZodType): Readonly<Record<string, Variable>> => {
  const { properties = {} } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  return properties as Readonly<Record<string, Variable>>;
};

const common = variablesOf(commonEnvironment);
const own = (schema: z.ZodType): Readonly<Record<string, Variable>> =>
  Object.fromEntries(Object.entries(variablesOf(schema)).filter(([name]) => !(name in common)));

const sections = {
  'Every process': common,
  Workers: own(workerEnvironment),
  Gateway: own(gatewayEnvironment),
  Observer: own(observerEnvironment),
};
const all = Object.values(sections).flatMap((variables) => Object.entries(variables));

const sectionOf = (title: string): string =>
  page.split(/^## /m).find((section) => section.startsWith(`${title}\n`)) ?? '';
const documentedIn = (text: string) =>
  rowsOf(text, ['variable', 'default', 'allowed', 'meaning']).map(
    (row) => [codeIn(row['variable'] ?? '')[0] ?? '', row] as const,
  );
const documented = new Map(documentedIn(page));

const isRequired = (name: string): boolean => {
  const { error } = gatewayEnvironment.safeParse({});
  return error?.issues.some(({ path }) => path[0] === name) ?? false;
};

const defaultOf = (name: string, variable: Variable): readonly string[] => {
  if (variable.default === undefined) return isRequired(name) ? ['required'] : [];
  return Array.isArray(variable.default) ? variable.default : [String(variable.default)];
};

const allowedOf = ({ type, enum: values, minimum, maximum }: Variable): string => {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'number') return `${minimum} to ${maximum}`;
  if (type !== 'integer') return type === 'string' ? 'text' : 'separated by commas';
  return maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `${minimum} to ${maximum}`;
};

test('there are variables to look at', () => {
  expect(Object.keys(common).length).toBeGreaterThanOrEqual(10);
  expect(all.length).toBeGreaterThanOrEqual(19);
});

test.each(Object.entries(sections))(
  'the section "%s" lists them all, and no other',
  (title, variables) => {
    expect(documentedIn(sectionOf(title)).map(([name]) => name)).toEqual(Object.keys(variables));
  },
);

test.each(all)('%s has the default and the bounds that the docs say', (name, variable) => {
  const row = documented.get(name);

  expect(listIn(row?.['default'] ?? '')).toEqual(defaultOf(name, variable));
  expect(row?.['allowed']?.replace(/^\w+, (?=separated)/, '')).toBe(allowedOf(variable));
  expect(row?.['meaning']).toMatch(/\w.*\.$/);
});

test('the message that the docs show is what is said', () => {
  const [, shown = 'nothing is shown'] = /```\n(.*?)\n```/s.exec(page) ?? [];

  const read = () => readConfig(gatewayEnvironment, { STREAM_REPLICAS: '6', TOKEN_KEY_FILE: '' });

  expect(read).toThrow(shown);
});

test('the programs that may be named are those that the commands need', () => {
  const rows = rowsOf(page, ['variable', 'names']);
  const named = rows.map(({ variable, names }) => [codeIn(variable ?? '')[0], names]);

  expect(named.slice(0, -1)).toEqual(
    Object.values(tools).map(({ variable, name }) => [variable, name]),
  );
});
