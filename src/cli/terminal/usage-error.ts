/** Somebody called a command in a way that it cannot follow; ends it with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
