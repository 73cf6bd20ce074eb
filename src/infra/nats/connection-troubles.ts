import { Events, type Status } from 'nats';
import { placeless } from './errors.ts';

/** Something that the broker does not permit to this process. */
export interface Refused {
  /** `publish` or `subscription`. */
  readonly operation: string;
  /** Without what names a key or a message. */
  readonly subject: string;
}

export interface TroubleListeners {
  readonly onTrouble?: ((what: string) => void) | undefined;
  readonly onRefused?: ((refused: Refused) => void) | undefined;
}

/** The same refusal is said once in so long; it may come thousands of times a second. */
const silenceMs = 60_000;
const mostKept = 500;

/** Tells of a connection what is wrong with it, by what the client says of it. */
export class ConnectionTroubles {
  readonly #listeners: TroubleListeners;
  readonly #said = new Map<string, number>();

  constructor(listeners: TroubleListeners) {
    this.#listeners = listeners;
  }

  hear({ type, data, permissionContext }: Status): void {
    if (type !== Events.Disconnect && type !== Events.Error) return;
    if (permissionContext) {
      const { operation, subject } = permissionContext;
      this.#refused({ operation, subject: topicOf(subject) });
    } else this.#listeners.onTrouble?.(`connection: ${type} ${String(data)}`);
  }

  #refused(refused: Refused): void {
    this.#listeners.onRefused?.(refused);
    const what = `${refused.operation} ${refused.subject} is not permitted: see the permissions of the broker`;
    const now = performance.now();
    if (now - (this.#said.get(what) ?? Number.NEGATIVE_INFINITY) < silenceMs) return;
    if (this.#said.size >= mostKept) this.#said.clear();
    this.#said.set(what, now);
    this.#listeners.onTrouble?.(what);
  }
}

/** So many tokens say what it is about; the others name a message, or somebody's inbox. */
const tellingTokens: readonly (readonly [begin: string, count: number])[] = [
  ['$JS.ACK.', 4],
  ['$JS.API.', 6],
  ['_INBOX', 1],
];

const topicOf = (subject: string): string => {
  const [, count] = tellingTokens.find(([begin]) => subject.startsWith(begin)) ?? [];
  return count === undefined ? placeless(subject) : subject.split('.').slice(0, count).join('.');
};
