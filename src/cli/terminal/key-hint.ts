/** What the broker's client calls its two refusals: who you are, and what you want. */
const refusals = new Set<unknown>(['AUTHORIZATION_VIOLATION', 'PERMISSIONS_VIOLATION']);

const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && refusals.has(error.code)) || isRefusal(error.cause));

/** Says which key fits to whom the broker refuses; `undefined` where it refused nothing. */
export const keyHint = (error: unknown, user: string): string | undefined =>
  isRefusal(error)
    ? `The broker wants the key of its user "${user}": NATS_NKEY_FILE=<folder of npm run nats:secrets>/users/${user}/nkey (docs/security.md)`
    : undefined;
