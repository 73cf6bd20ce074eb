import { z } from 'zod';
import { tracingVariables, withoutIdleTracing } from './tracing-variables.ts';

/** The environment says something that cannot be: everything that is wrong, in one message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const servers = list.pipe(
  z
    .array(
      z.string().regex(/^(nats|tls|ws|wss):\/\/[^\s/]+$/, 'nats://host:port, several by commas'),
    )
    .min(1),
);

/** Where the broker is, and by which files a process proves to it who it is. */
export const brokerEnvironment = z.object({
  NATS_URL: servers.default(['nats://127.0.0.1:4222']),
  NATS_NKEY_FILE: z.string().optional(),
  NATS_CREDENTIALS_FILE: z.string().optional(),
  NATS_TLS_CA_FILE: z.string().optional(),
  NATS_TLS_CERT_FILE: z.string().optional(),
  NATS_TLS_KEY_FILE: z.string().optional(),
});
export type BrokerEnvironment = z.infer<typeof brokerEnvironment>;

/** The same as options of a connection. */
export const brokerAccess = (environment: BrokerEnvironment) => ({
  servers: environment.NATS_URL,
  nkeyFile: environment.NATS_NKEY_FILE,
  credentialsFile: environment.NATS_CREDENTIALS_FILE,
  tlsCaFile: environment.NATS_TLS_CA_FILE,
  tlsCertFile: environment.NATS_TLS_CERT_FILE,
  tlsKeyFile: environment.NATS_TLS_KEY_FILE,
});

/** What every process reads. Times are in milliseconds. */
export const commonEnvironment = brokerEnvironment.extend({
  STREAM_STORAGE: z.enum(['file', 'memory']).default('file'),
  STREAM_REPLICAS: whole(1, 5).default(1),
  STREAM_MAX_BYTES: whole(1_048_576, Number.MAX_SAFE_INTEGER).optional(),
  HEALTH_HOST: z.string().default('0.0.0.0'),
  HEALTH_PORT: whole(0, 65_535).default(8080),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['auto', 'json', 'pretty']).default('auto'),
  DRAIN_TIMEOUT_MS: whole(100, 600_000).default(20_000),
  ...tracingVariables,
});
export type CommonEnvironment = z.infer<typeof commonEnvironment>;

const sizes = z.object({ CONCURRENCY: z.number(), PREFETCH: z.number() });

/** What a worker reads besides. */
export const workerEnvironment = commonEnvironment
  .extend({
    CONCURRENCY: whole(1, 10_000).default(256),
    PREFETCH: whole(1, 20_000).default(1_024),
    HANDLER_TIMEOUT_MS: whole(1, 3_600_000).default(10_000),
    ACK_WAIT_MS: whole(1_000, 3_600_000).default(30_000),
    TRIM_EVERY_MS: whole(0, 86_400_000).default(60_000),
  })
  .refine(({ PREFETCH, CONCURRENCY }) => PREFETCH >= CONCURRENCY, {
    path: ['PREFETCH'],
    message: 'must be at least CONCURRENCY',
    // Also while other variables are wrong, so that everything is said at once.
    when: ({ value }) => sizes.safeParse(value).success,
  });
export type WorkerEnvironment = z.infer<typeof workerEnvironment>;

/** What the gateway reads besides. */
export const gatewayEnvironment = commonEnvironment.extend({
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: whole(0, 65_535).default(3000),
  TOKEN_KEY_FILE: z.string(),
  CATALOGUE_USERS: list.default([]),
  RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000).default(600),
});
export type GatewayEnvironment = z.infer<typeof gatewayEnvironment>;

/** What an observer reads besides. */
export const observerEnvironment = commonEnvironment.extend({
  OBSERVE_EVERY_MS: whole(100, 60_000).default(5_000),
});
export type ObserverEnvironment = z.infer<typeof observerEnvironment>;

/**
 * Reads a process's environment; an empty variable counts as absent.
 *
 * @throws ConfigError listing every variable that is missing or wrong
 */
export const readConfig = <Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<Schema> => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(withoutIdleTracing(given));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? '');
    return given[name] === undefined ? `  ${name} is missing` : `  ${name}: ${message}`;
  });
  throw new ConfigError(`the environment is not right:\n${lines.join('\n')}`);
};
