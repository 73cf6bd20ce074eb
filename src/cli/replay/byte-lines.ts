/** A line of a file, or why it cannot be read. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** How many bytes of the file end with it. */
  readonly end: number;
  readonly text: string;
  readonly problem?: string;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts bytes into lines, however they come in.
 *
 * Holds at most one line of at most `limit` bytes: a longer one is thrown away as it arrives, and
 * reported as a problem of its own.
 */
export class ByteLines {
  readonly #limit: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #parts: Uint8Array[] = [];
  #length = 0;
  #number = 0;
  #end = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, at));
      this.#end++;
      lines.push(this.#take());
      start = at + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, when no line break ends it. */
  finish(): readonly Line[] {
    return this.#length === 0 ? [] : [this.#take()];
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length;
    this.#end += part.length;
    if (this.#length > this.#limit) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): Line {
    const parts = this.#parts;
    const length = this.#length;
    const end = this.#end;
    this.#parts = [];
    this.#length = 0;
    this.#number++;
    const place = { number: this.#number, end, text: '' };
    if (length > this.#limit) return { ...place, problem: `longer than ${this.#limit} bytes` };
    try {
      return { ...place, text: this.#decoder.decode(withoutReturn(parts)) };
    } catch {
      return { ...place, problem: 'not UTF-8' };
    }
  }
}

const withoutReturn = (parts: readonly Uint8Array[]): Uint8Array => {
  const [only = new Uint8Array()] = parts;
  const whole = parts.length > 1 ? Buffer.concat(parts) : only;
  return whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole;
};

/** The lines of a stream of bytes, a chunk's worth at a time; read no faster than they are taken. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<readonly Line[]> {
  const lines = new ByteLines(limit);
  for await (const chunk of chunks) yield lines.push(chunk);
  yield lines.finish();
}
