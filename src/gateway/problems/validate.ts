import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { type FieldProblem, Problem } from './problem.ts';

const places: Readonly<Record<string, FieldProblem['in']>> = {
  body: 'body',
  params: 'path',
  querystring: 'query',
  headers: 'header',
};

/** Checks the parts of a request by their zod schemas; what does not fit is named field by field. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (data) => {
    const parsed = schema.safeParse(data);
    return parsed.success
      ? { value: parsed.data }
      : { error: invalidRequest(places[httpPart] ?? 'body', parsed.error.issues) };
  };

const invalidRequest = (
  place: FieldProblem['in'],
  issues: readonly z.core.$ZodIssue[],
): Problem => {
  const found = issues.flatMap((issue) => fieldProblems(place, issue));
  // The first rule that a field breaks is enough: the others often follow from it.
  const errors = found.filter(
    ({ field }, index) => found.findIndex((other) => other.field === field) === index,
  );
  const detail = errors.map((error) => `${error.field || `the ${place}`}: ${error.detail}`);
  return new Problem('invalid-request', detail.join('; '), { errors });
};

/** The longest name of a field that is told back. */
const longestName = 64;

/** An unknown field is an error of its own, at its own place. */
const fieldProblems = (place: FieldProblem['in'], issue: z.core.$ZodIssue): FieldProblem[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys
        .slice(0, 10)
        .map((key) => fieldProblem(place, [...issue.path, key], 'unknown field'))
    : [fieldProblem(place, issue.path, sayRule(issue.message))];

/** zod speaks of JavaScript; what is left out of JSON is missing. */
const sayRule = (message: string): string =>
  message.replace(/^Invalid input: (expected .+), received undefined$/, 'missing: $1');

const fieldProblem = (
  place: FieldProblem['in'],
  path: readonly PropertyKey[],
  detail: string,
): FieldProblem => {
  const names = path.map((name) => String(name).slice(0, longestName));
  const field = { in: place, field: names.join('.'), detail };
  return place === 'body' ? { ...field, pointer: pointerOf(names) } : field;
};

/** RFC 6901, as a URI fragment's plain text. */
const pointerOf = (names: readonly string[]): string =>
  `#${names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
