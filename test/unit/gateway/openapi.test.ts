import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';

const routes = [
  'POST /users',
  'GET /users/me',
  'POST /sessions',
  'GET /products',
  'POST /products',
  'GET /products/{id}',
  'PATCH /products/{id}',
  'DELETE /products/{id}',
  'GET /carts/me',
  'POST /carts/me/items',
  'PATCH /carts/me/items/{productId}',
  'DELETE /carts/me/items/{productId}',
  'GET /problems/{kind}',
];

interface Operation {
  readonly operationId: string;
  readonly parameters?: { readonly name: string; readonly schema: Record<string, unknown> }[];
  readonly responses: Record<string, { readonly content: object; readonly description: string }>;
  readonly security?: object[];
  readonly requestBody?: { content: Record<string, { schema: { additionalProperties: unknown } }> };
}

const readDocument = async () => {
  const { app } = await startGateway();
  const document = (await app.inject('/openapi.json')).json();
  const paths: [string, Record<string, Operation>][] = Object.entries(document.paths);
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );
  return { document, operations: new Map(operations) };
};

test('the description is valid OpenAPI 3.1', async () => {
  const { document } = await readDocument();

  const result = await new Validator().validate(document);

  expect(document.openapi).toMatch(/^3\.1\./);
  expect(result).toEqual({ valid: true });
});

test('the validator refuses what is no OpenAPI, so that its yes means something', async () => {
  const { document } = await readDocument();

  const { valid } = await new Validator().validate({ ...document, paths: { '/x': { get: 1 } } });

  expect(valid).toBe(false);
});

test('every route is described, and nothing else', async () => {
  const { operations } = await readDocument();

  expect([...operations.keys()].sort()).toEqual([...routes].sort());
});

test('every operation has a name of its own and says what its answers are', async () => {
  const { operations } = await readDocument();

  const names = [...operations.values()].map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(routes.length);
  for (const { responses } of operations.values()) {
    for (const { description } of Object.values(responses)) {
      expect(description).not.toBe('Default Response');
    }
  }
});

test('every write documents its headers, its outcomes and problems, and takes no unknown field', async () => {
  const { operations } = await readDocument();
  const writes = [...operations].filter(
    ([name]) => !name.startsWith('GET') && name !== 'POST /sessions',
  );

  expect(writes).toHaveLength(7);
  for (const [name, { parameters = [], responses, requestBody, security }] of writes) {
    expect(parameters.map((parameter) => parameter.name)).toEqual(
      expect.arrayContaining(['idempotency-key', 'prefer']),
    );
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['202', '400', '413', '415', '422', '429', '500', '503']),
    );
    expect(responses['422']?.content).toHaveProperty(['application/problem+json']);
    expect(security).toEqual(name === 'POST /users' ? undefined : [{ bearer: [] }]);
    const schema = requestBody?.content['application/json']?.schema;
    if (schema) expect(schema.additionalProperties).toBe(false);
  }
});

test('numbers in the query string are described as numbers with their bounds', async () => {
  const { operations } = await readDocument();
  const parameters = operations.get('GET /products')?.parameters ?? [];

  const limit = parameters.find(({ name }) => name === 'limit');
  expect(limit?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 100 });
  expect(parameters.map(({ name }) => name)).toEqual([
    'search',
    'minPrice',
    'maxPrice',
    'currency',
    'offset',
    'limit',
  ]);
});

test('the page is served with everything that it needs, and may load nothing from elsewhere', async () => {
  const { app } = await startGateway();
  const page = await app.inject('/docs');
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => String(link));

  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toContain('text/html');
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    expect(link).toMatch(/^\/docs\/static\//);
    expect((await app.inject(link)).statusCode).toBe(200);
  }
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
  const description = await app.inject('/docs/json');
  expect(description.json().openapi).toMatch(/^3\.1\./);
});
