/** Why an event cannot be handled whatever is tried: the reason a dead letter or an error answer states. */
export const invalidReasons = [
  'undecodable',
  'invalid-envelope',
  'unknown-type',
  'unsupported-version',
  'invalid-data',
  'wrong-key',
] as const;
export type InvalidReason = (typeof invalidReasons)[number];

/**
 * An event that does not follow its contract.
 *
 * The message names the field and the rule, never the value: values may be personal or secret.
 */
export class InvalidEvent extends Error {
  override readonly name = 'InvalidEvent';
  readonly reason: InvalidReason;

  constructor(reason: InvalidReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
