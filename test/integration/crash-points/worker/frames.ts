/** One message on its way to the server. */
export interface Frame {
  readonly subject: string;
  /** Where its answer goes. */
  readonly reply: string | undefined;
  /** Headers and body. */
  readonly text: string;
  /** All of it, as it is sent. */
  readonly bytes: Uint8Array;
}

/** The messages in what the client is given to send, in their order; none when it is something else. */
export const framesIn = (
  command: string | Uint8Array,
  payloads: readonly Uint8Array[],
): readonly Frame[] => {
  const all = Buffer.concat([Buffer.from(command as string), ...payloads]);
  const frames: Frame[] = [];
  for (let start = 0; start < all.length; ) {
    const end = all.indexOf('\r\n', start);
    const line = all.toString('latin1', start, end).split(' ');
    const [verb, subject = ''] = line;
    if (verb !== 'PUB' && verb !== 'HPUB') return [];
    const size = Number(line.at(-1));
    const counts = verb === 'PUB' ? 1 : 2;
    const reply = line.length > 2 + counts ? line[2] : undefined;
    const next = end + 2 + size + 2;
    const text = all.toString('utf8', end + 2, end + 2 + size);
    frames.push({ subject, reply, text, bytes: all.subarray(start, next) });
    start = next;
  }
  return frames;
};
