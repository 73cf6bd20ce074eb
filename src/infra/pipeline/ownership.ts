import type { ServiceStream } from '../../contracts/streams.ts';

/** The partitions of a stream that a process asks for as a reader, because by its knowledge they are its own. */
export interface Owned {
  readonly stream: string;
  /** The service that reads. */
  readonly reader: string;
  readonly partitions: readonly number[];
}

/**
 * Which partitions this process owns now.
 *
 * Other replicas may see it otherwise for some seconds: it says who does what, never who may write.
 */
export class Ownership {
  readonly #owned = new Map<string, Owned>();
  readonly #watchers = new Set<(owned: Owned) => void>();

  set(owned: Owned): void {
    this.#owned.set(`${owned.stream} ${owned.reader}`, owned);
    for (const run of [...this.#watchers]) run(owned);
  }

  /** Those of a service's own stream. */
  of({ name, service }: ServiceStream): readonly number[] {
    return this.#owned.get(`${name} ${service}`)?.partitions ?? [];
  }

  /** Of every stream that this process reads. */
  all(): readonly Owned[] {
    return [...this.#owned.values()];
  }

  /** Calls back with what has changed, until the returned function is called. */
  onChange(run: (owned: Owned) => void): () => void {
    this.#watchers.add(run);
    return () => void this.#watchers.delete(run);
  }
}
