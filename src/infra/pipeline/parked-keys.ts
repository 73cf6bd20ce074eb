import { keyToken } from '../../contracts/key-token.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from './delivery.ts';
import type { Bus } from './ports.ts';
import { readStretch } from './read-stretch.ts';
import { keyOf } from './ruled-letter.ts';
import type { Upkeep } from './upkeep.ts';

/** The dead letter that a key waits behind, and whether somebody has ruled on it. */
interface Waiting {
  readonly letter: number;
  isRuled: boolean;
}

/** What is known of a partition: everything up to a sequence. */
interface Known {
  next: number;
  /** By the tokens of the keys. */
  readonly keys: Map<string, Waiting>;
}

/**
 * The keys of some partitions that wait behind a dead letter, as the stream tells it.
 *
 * A key is parked by its dead letter and freed by following the ruling on it. So letters and rulings
 * are read, each once; a key's record is asked only when its letter is ruled upon, until it is free.
 */
export class ParkedKeys {
  readonly #bus: Pick<Bus, 'follow' | 'states'>;
  readonly #upkeep: Upkeep;
  readonly #stream: ServiceStream;
  readonly #partitions = new Map<number, Known>();

  constructor(bus: Pick<Bus, 'follow' | 'states'>, upkeep: Upkeep, stream: ServiceStream) {
    this.#bus = bus;
    this.#upkeep = upkeep;
    this.#stream = stream;
  }

  /** How many there are in these partitions, as of the last look; nothing while one of them is unknown. */
  count(partitions: readonly number[]): number | undefined {
    let count = 0;
    for (const partition of partitions) {
      const known = this.#partitions.get(partition);
      if (!known) return undefined;
      count += known.keys.size;
    }
    return count;
  }

  /** Looks at these partitions, and forgets all others. @throws BusUnavailable, BusRefused */
  async look(partitions: readonly number[], signal: AbortSignal): Promise<void> {
    for (const partition of this.#partitions.keys()) {
      if (!partitions.includes(partition)) this.#partitions.delete(partition);
    }
    const { lastSequence } = await this.#upkeep.sizeOf(this.#stream);
    for (const partition of partitions) await this.#lookAt(partition, lastSequence, signal);
  }

  async #lookAt(partition: number, lastSequence: number, signal: AbortSignal): Promise<void> {
    const known = this.#partitions.get(partition) ?? { next: 1, keys: new Map() };
    // A stream that has lost its end: what was read there may never have been.
    if (known.next > lastSequence + 1) {
      known.next = 1;
      known.keys.clear();
    }
    await this.#read(partition, known, signal);
    known.next = lastSequence + 1;
    for (const [token, { isRuled }] of known.keys) {
      if (isRuled && !(await this.#isParked(partition, token))) known.keys.delete(token);
    }
    this.#partitions.set(partition, known);
  }

  async #read(partition: number, { next, keys }: Known, signal: AbortSignal): Promise<void> {
    const stream = this.#stream;
    const { service } = stream;
    const filters = [`dead.${service}.${partition}.>`, `ruling.${service}.${partition}.>`];
    const firsts = await Promise.all(
      filters.map((filter) => this.#upkeep.firstOf(stream, filter, { sequence: next })),
    );
    if (!firsts.some((first) => first)) return;
    const tokens = new Map([...keys].map(([token, { letter }]) => [letter, token]));
    await readStretch(this.#bus, { stream, filters, from: next, signal }, (message) => {
      const token = parkedToken(message);
      if (token !== undefined) {
        keys.set(token, { letter: message.sequence, isRuled: false });
        tokens.set(message.sequence, token);
      }
      const letter = ruledLetter(message);
      const waiting = keys.get(tokens.get(letter) ?? '');
      if (waiting?.letter === letter) waiting.isRuled = true;
    });
  }

  async #isParked(partition: number, token: string): Promise<boolean> {
    const found = await this.#bus.states(this.#stream).read({ partition, token });
    return found !== undefined && isParkedIn(found.record);
  }
}

/** The key that a message parks, if it is a dead letter that does. */
const parkedToken = (message: InboundMessage): string | undefined => {
  if (message.header('millrace-dead-on-exhausted') !== 'park') return undefined;
  const key = keyOf(message);
  return key === undefined ? undefined : keyToken(key);
};

/** The dead letter that a message rules on; 0 when it is no ruling. */
const ruledLetter = ({ subject }: InboundMessage): number => {
  const [root, , , letter] = subject.split('.');
  return root === 'ruling' ? Number(letter) : 0;
};

const isParkedIn = (record: string): boolean => {
  try {
    return (JSON.parse(record) as { readonly parked?: unknown }).parked !== undefined;
  } catch {
    // Whoever cannot read it cannot free it either.
    return true;
  }
};
