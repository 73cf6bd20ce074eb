import { SingleBar } from 'cli-progress';
import { count } from './figures.ts';

/** How far something is. */
export interface Step {
  /** In the unit of the total: bytes, or events. */
  readonly done: number;
  /** Events so far, where events are what it is about. */
  readonly events?: number;
  /** What is being done, where the whole has several parts. */
  readonly doing?: string;
  /** What holds it up, if something does. */
  readonly waitingFor?: string | undefined;
}

/** Shows how far something is, and lets lines be printed meanwhile. */
export interface Progress {
  show(step: Step): void;
  /** Prints a line for itself. */
  note(line: string): void;
  stop(): void;
}

/** Where progress is shown. */
export interface ProgressOptions {
  readonly label: string;
  /** The bar is full then; without a total there is only a count. */
  readonly total?: number | undefined;
  readonly output: NodeJS.WriteStream;
  /** Where notes go. */
  readonly notes: NodeJS.WritableStream;
}

/** Progress as the output allows: a bar on a terminal, else a plain line now and then. */
export const showProgress = (options: ProgressOptions): Progress =>
  options.output.isTTY ? new Bar(options) : new PlainLines(options);

const suffixOf = ({ events, doing = '', waitingFor }: Step): string =>
  `${events === undefined ? doing : `${count(events)} events`}${waitingFor ? ` - waiting for ${waitingFor}` : ''}`;

class Bar implements Progress {
  readonly #bar: SingleBar;
  readonly #options: ProgressOptions;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#bar = new SingleBar({
      stream: options.output,
      format:
        options.total === undefined
          ? `${options.label} {suffix}`
          : `${options.label} [{bar}] {percentage}% {suffix}`,
      barCompleteChar: '#',
      barIncompleteChar: '.',
      barsize: 30,
      hideCursor: false,
      gracefulExit: false,
      fps: 8,
    });
    this.#bar.start(Math.max(1, options.total ?? 1), 0, { suffix: '' });
  }

  show(step: Step): void {
    this.#bar.update(Math.min(step.done, this.#bar.getTotal()), { suffix: suffixOf(step) });
  }

  note(line: string): void {
    this.#options.output.write('\r\u001b[K');
    this.#options.notes.write(`${line}\n`);
  }

  stop(): void {
    this.#bar.stop();
  }
}

const everyMs = 5000;

class PlainLines implements Progress {
  readonly #options: ProgressOptions;
  #shownAt = performance.now();
  #wasWaiting = false;
  #shown = '';

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  show(step: Step): void {
    const isWaiting = step.waitingFor !== undefined;
    const isNews = isWaiting !== this.#wasWaiting;
    if (!isNews && performance.now() - this.#shownAt < everyMs) return;
    this.#shownAt = performance.now();
    this.#wasWaiting = isWaiting;
    const { label, total, output } = this.#options;
    const share = total ? `${Math.floor((100 * step.done) / total)}% ` : '';
    const line = `${label} ${share}${suffixOf(step)}\n`;
    if (line !== this.#shown) output.write(line);
    this.#shown = line;
  }

  note(line: string): void {
    this.#options.notes.write(`${line}\n`);
  }

  stop(): void {
    // Plain lines need no ending.
  }
}
