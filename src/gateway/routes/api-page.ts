import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from 'fastify-type-provider-zod';
import type { GatewayApp } from '../edge/create-app.ts';
import { problemKinds } from '../problems/problem-kinds.ts';
import { finishDocument } from './api-document.ts';
import { apiSchemas } from './api-schemas.ts';

/** What the page may load: its own files only, so that it works without the internet and tells nobody. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const description = `The HTTP edge of Millrace.

Writes are stored as request events and answered with **202** and the event's id. With the header
\`Prefer: wait=5\` they are answered with the outcome, or with 202 when it takes longer. With an
\`Idempotency-Key\` a write can be repeated safely.

Errors are problem documents (RFC 9457). Their kinds:

| type | status | meaning |
| --- | --- | --- |
${Object.entries(problemKinds)
  .map(([kind, { status, meaning }]) => `| \`/problems/${kind}\` | ${status} | ${meaning} |`)
  .join('\n')}`;

const nameSchemas = createJsonSchemaTransformObject({ schemaRegistry: apiSchemas });

/** Describes every route that is added after it, and serves the description as OpenAPI 3.1 and as a page. */
export const addApiPage = async (app: GatewayApp, version: string): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title: 'Millrace', version, description, license },
      tags: ['users', 'products', 'carts', 'problems'].map((name) => ({ name })),
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    },
    transform: createJsonSchemaTransform({ schemaRegistry: apiSchemas }),
    transformObject: (document) => finishDocument(nameSchemas(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    theme: { title: 'Millrace API' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', defaultModelsExpandDepth: 0 },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
};

const license = {
  name: 'Apache-2.0',
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
};
