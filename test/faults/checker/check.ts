import { isDeepStrictEqual } from 'node:util';
import type { Books } from './books.ts';
import { eventId, type History } from './history.ts';
import type { KeyBook } from './key-book.ts';
import { type Violation, type ViolationKind, Violations } from './violation.ts';

/** What the checker knows of a service: what its state must be. */
export interface ServiceModel {
  /** The state of a key (by its number) to which these numbers were applied, in this order. */
  stateAfter(key: number, numbers: readonly number[]): unknown;
  /** What of a stored state is compared with that. */
  essence(state: unknown): unknown;
}

/** What became of a run. */
export interface Report {
  /** How many publishes were acknowledged. */
  readonly events: number;
  readonly applied: number;
  readonly dead: number;
  /** How many still wait behind a dead letter. */
  readonly parked: number;
  readonly counts: Readonly<Record<ViolationKind, number>>;
  /** The first violations of each kind. */
  readonly violations: readonly Violation[];
  readonly longestStallMs: number;
  /** The key that stalled longest. */
  readonly stalledKey: string | undefined;
}

export interface Evidence {
  readonly history: History;
  readonly books: Books;
  readonly model: ServiceModel;
  /** Events of a key may be applied in any order. */
  readonly isUnordered?: boolean;
  /** False when the broker says that everything is settled: what has no outcome then is lost. */
  readonly isPending: boolean;
}

/** Judges a run by what its producers were told and what its stream holds. */
export const check = (evidence: Evidence): Report => {
  const { history, books } = evidence;
  const violations = new Violations();
  const totals = { applied: 0, dead: 0, parked: 0, longestStallMs: 0, stalledKey: '' };
  for (const [key, name] of history.keys.entries()) {
    const book = books.keys[key];
    if (!book) continue;
    const say: Say = (kind, text) => violations.add(kind, `key ${name}: ${text}`, name);
    checkPresence(key, book, evidence, say);
    checkOnce(key, book, evidence, say);
    if (!evidence.isUnordered) checkOrder(key, book, say);
    checkState(key, book, evidence, say);
    totals.applied += book.facts.length;
    totals.dead += book.dead.size;
    totals.parked += book.parked.size;
    if (book.longestStallMs > totals.longestStallMs && !history.isBothered(key)) {
      totals.longestStallMs = book.longestStallMs;
      totals.stalledKey = name;
    }
  }
  checkStrays(evidence, violations);
  for (const ghost of books.ghosts) violations.add('ghost', ghost);
  return {
    ...totals,
    stalledKey: totals.stalledKey || undefined,
    events: history.acknowledged,
    dead: totals.dead + [...books.strays.values()].filter(({ dead }) => dead > 0).length,
    counts: violations.counts,
    violations: violations.first,
  };
};

type Say = (kind: ViolationKind, text: string) => void;

/** Everything acknowledged is in the stream, and everything in the stream has an outcome. */
const checkPresence = (
  key: number,
  book: KeyBook,
  { history, isPending }: Evidence,
  say: Say,
): void => {
  const publishes = history.publishesOf(key);
  for (const [n, publish] of publishes.entries()) {
    if (typeof publish === 'number' && !book.has(n)) {
      say('lost', `${eventId(key, n)} was acknowledged as ${publish} and is not in the stream`);
    }
    if (publish === 'refused' && book.has(n)) {
      say('ghost', `${eventId(key, n)} was refused and is in the stream`);
    }
  }
  for (const n of book.requests) {
    if (publishes[n] === undefined) say('ghost', `nobody published ${eventId(key, n)}`);
  }
  for (const n of book.unanswered()) {
    say(isPending ? 'stuck' : 'lost', `nothing became of ${eventId(key, n)}`);
  }
};

/** One outcome each, and the one that it deserves. */
const checkOnce = (key: number, book: KeyBook, { history }: Evidence, say: Say): void => {
  const applied = new Set<number>();
  for (const n of book.facts) {
    if (applied.has(n)) say('doubled', `${eventId(key, n)} was applied again`);
    applied.add(n);
    if (history.fateOf(key, n) === 'dead') {
      say('wrong fate', `${eventId(key, n)} can only fail and was applied`);
    }
  }
  for (const [n, letters] of book.dead) {
    if (letters > 1) say('doubled', `${eventId(key, n)} has ${letters} dead letters`);
    if (applied.has(n)) say('doubled', `${eventId(key, n)} was applied and is a dead letter`);
    if (history.fateOf(key, n) !== 'dead') {
      say('wrong fate', `nothing is wrong with ${eventId(key, n)}, and it is a dead letter`);
    }
  }
  for (const n of book.rejected) say('wrong fate', `${eventId(key, n)} was rejected`);
};

/** Facts follow in the order in which the stream holds what they follow from. */
const checkOrder = (key: number, book: KeyBook, say: Say): void => {
  let latest = 0;
  const seen = new Set<number>();
  for (const n of book.facts) {
    // A second effect of the same event is a double, not a matter of order.
    if (seen.has(n)) continue;
    seen.add(n);
    const position = book.positionOf(n);
    if (position < latest) {
      const later = book.requests[latest - 1];
      say('reordered', `${eventId(key, n)} was applied after ${eventId(key, later ?? 0)}`);
    }
    latest = Math.max(latest, position);
  }
};

/** The state is what the facts add up to, and each fact stands in a place of its own. */
const checkState = (key: number, book: KeyBook, { model }: Evidence, say: Say): void => {
  const wrongPlace = book.places.findIndex((place, index) => place !== index + 1);
  if (wrongPlace !== -1) {
    const n = book.facts[wrongPlace] ?? 0;
    const place = book.places[wrongPlace];
    say('wrong state', `${eventId(key, n)} is fact ${wrongPlace + 1} and says that it is ${place}`);
  }
  if (book.facts.length === 0 && book.state === undefined) return;
  const expected = model.stateAfter(key, book.facts);
  const actual = book.state === undefined ? undefined : model.essence(book.state);
  if (!isDeepStrictEqual(actual, expected)) {
    const [is, should] = [actual, expected].map((state) => JSON.stringify(state)?.slice(0, 300));
    say('wrong state', `the state is ${is}, the facts add up to ${should}`);
  }
};

/** Broken events become one dead letter each, and nothing else. */
const checkStrays = ({ history, books, isPending }: Evidence, violations: Violations): void => {
  for (const [id, publish] of history.strays) {
    const book = books.strays.get(id);
    if (publish === 'refused' && book) violations.add('ghost', `${id} was refused and is stored`);
    if (typeof publish !== 'number') continue;
    if (!book?.requests) violations.add('lost', `${id} was acknowledged and is not in the stream`);
    else if (book.dead === 0) {
      violations.add(isPending ? 'stuck' : 'lost', `there is no dead letter of ${id}`);
    }
    if (book && book.dead > 1) violations.add('doubled', `${id} has ${book.dead} dead letters`);
    if (book?.facts) violations.add('wrong fate', `${id} is broken and was applied`);
  }
  for (const id of books.strays.keys()) {
    if (!history.strays.has(id))
      violations.add('ghost', `nobody published ${id || 'what has no id'}`);
  }
};
