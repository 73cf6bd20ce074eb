/** Something that the shop is made of cannot be had or does not start; the message says what and why. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}
