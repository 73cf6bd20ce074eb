import type { SpanContext } from '@opentelemetry/api';
import type { InboundMessage } from '../pipeline/delivery.ts';

/** So many events are tried again at a time at most, as far as links go. */
const mostRemembered = 4_096;

/** The spans of tries after which an event is to be tried again, by where it lies. */
export class RecentTries {
  readonly #tries = new Map<string, SpanContext>();

  /** The last try of an event that this process remembers, which it forgets now. */
  take(message: InboundMessage): SpanContext | undefined {
    if (this.#tries.size === 0) return undefined;
    const place = placeOf(message);
    const found = this.#tries.get(place);
    if (found) this.#tries.delete(place);
    return found;
  }

  keep(message: InboundMessage, span: SpanContext): void {
    this.#tries.set(placeOf(message), span);
    if (this.#tries.size <= mostRemembered) return;
    const [oldest] = this.#tries.keys();
    if (oldest !== undefined) this.#tries.delete(oldest);
  }
}

const placeOf = ({ stream, sequence }: InboundMessage): string => `${stream}.${sequence}`;
