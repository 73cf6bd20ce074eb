import type { Progress, Step } from '../../src/cli/terminal/progress.ts';
import { BusUnavailable } from '../../src/infra/pipeline/errors.ts';
import type { OutboundMessage, Published, RawPublisher } from '../../src/infra/pipeline/ports.ts';

/** The bytes of a long file of `cart.add` lines, made as they are read. */
export async function* manyCartLines(count: number, shoppers = 50_000): AsyncGenerator<Uint8Array> {
  const perChunk = 500;
  for (let from = 0; from < count; from += perChunk) {
    let text = '';
    for (let line = from; line < Math.min(count, from + perChunk); line++) {
      const data = { userId: `u${line % shoppers}`, productId: `p${line % 3000}`, quantity: 1 };
      text += `${JSON.stringify({ type: 'cart.add', data })}\n`;
    }
    yield Buffer.from(text);
  }
}

/** Text as a stream of bytes in chunks of the given size. */
export async function* bytesOf(
  text: string | Uint8Array,
  chunkSize = 7,
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
}

/** Keeps what is published, answers in the next turn, and can be told to be away. */
export class RememberingPublisher implements RawPublisher {
  readonly stored: { readonly id: string; readonly message: OutboundMessage }[] = [];
  readonly ids = new Set<string>();
  mostAtOnce = 0;
  failures = 0;
  #atOnce = 0;

  async publishRaw(message: OutboundMessage, id: string): Promise<Published> {
    this.#atOnce++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.#atOnce--;
    if (this.failures > 0) {
      this.failures--;
      throw new BusUnavailable('away');
    }
    const duplicate = this.ids.has(id);
    this.ids.add(id);
    if (!duplicate) this.stored.push({ id, message });
    return { id, stream: 'TEST', sequence: this.stored.length, duplicate };
  }
}

/** Keeps what was to be shown. */
export class RememberedProgress implements Progress {
  readonly notes: string[] = [];
  readonly steps: Step[] = [];

  show(step: Step): void {
    this.steps.push(step);
  }

  note(line: string): void {
    this.notes.push(line);
  }

  stop(): void {
    // Nothing to clear away.
  }
}
