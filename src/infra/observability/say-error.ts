import type { EventContract } from '../../contracts/define-event.ts';
import type { IncomingEvent } from '../pipeline/process.ts';
import { withoutPersonal } from './without-personal.ts';

/** An error as it may be written down: nothing of it that the event's contract calls personal. */
export interface SaidError {
  readonly errorName: string;
  readonly error: string;
  /** What it was thrown because of, each because of the next. */
  readonly causes?: readonly string[];
}

/** Longer chains go round in a circle. */
const mostCauses = 8;

const longestText = 1_000;

/** Says what was thrown at an event. */
export const sayError = (
  thrown: unknown,
  { route, data }: Pick<IncomingEvent, 'route' | 'data'>,
): SaidError => sayErrorOf(thrown, route?.contract, data);

/** Says what was thrown about some data, by the contract of that. */
export const sayErrorOf = (
  thrown: unknown,
  contract: EventContract | undefined,
  data: unknown,
): SaidError => {
  const clean = (text: string) => withoutPersonal(text, contract, data).slice(0, longestText);
  const causes = causesOf(thrown).map((cause) => `${nameOf(cause)}: ${clean(textOf(cause))}`);
  const error = clean(textOf(thrown));
  return { errorName: nameOf(thrown), error, ...(causes.length > 0 ? { causes } : {}) };
};

const causesOf = (thrown: unknown): unknown[] => {
  const causes: unknown[] = [];
  let cause = thrown instanceof Error ? thrown.cause : undefined;
  while (cause !== undefined && causes.length < mostCauses) {
    causes.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
};

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown);
const textOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
