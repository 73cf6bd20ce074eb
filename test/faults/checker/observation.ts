/** A message as a stream holds it; nothing of it has been interpreted. */
export interface RawMessage {
  readonly subject: string;
  readonly sequence: number;
  /** When the broker stored it, milliseconds since 1970. */
  readonly at: number;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: () => string;
}

/** What a message of a service's stream says. */
export type Observation =
  | {
      readonly kind: 'request';
      readonly id: string;
      readonly sequence: number;
      readonly at: number;
    }
  | {
      readonly kind: 'fact';
      /** The id of the event that it follows from. */
      readonly cause: string;
      readonly type: string;
      /** Which fact of its key it says it is, if it says so. */
      readonly place: number | undefined;
      readonly sequence: number;
      readonly at: number;
    }
  | {
      readonly kind: 'dead';
      readonly id: string;
      /** The sequence of the event that died. */
      readonly of: number;
      readonly reason: string;
      readonly sequence: number;
      readonly at: number;
    }
  | { readonly kind: 'parked'; readonly id: string; readonly sequence: number; readonly at: number }
  | { readonly kind: 'state'; readonly key: string; readonly state: unknown }
  | { readonly kind: 'other' };

/**
 * Reads a message by the project's papers alone (subjects, headers), not by its code: a mistake that
 * both shared would be seen by neither.
 */
export const observe = (message: RawMessage): Observation => {
  const { subject, sequence, at, header } = message;
  switch (subject.slice(0, subject.indexOf('.'))) {
    case 'in': {
      const id = decoded(header('ce-id'));
      // An order to go on behind a dead letter is no event of anybody's.
      return id.endsWith('.ruled') ? { kind: 'other' } : { kind: 'request', id, sequence, at };
    }
    case 'fact':
      return {
        kind: 'fact',
        cause: decoded(header('ce-causationid')),
        type: header('ce-type') ?? '',
        place: placeIn(message.body()),
        sequence,
        at,
      };
    case 'dead':
      return {
        kind: 'dead',
        id: decoded(header('millrace-dead-id')),
        of: Number(header('millrace-dead-sequence')),
        reason: header('millrace-dead-reason') ?? '',
        sequence,
        at,
      };
    case 'parked':
      return { kind: 'parked', id: decoded(header('ce-id')), sequence, at };
    case 'state': {
      const record = JSON.parse(message.body());
      return { kind: 'state', key: String(record.key), state: record.state };
    }
    default:
      return { kind: 'other' };
  }
};

const decoded = (value: string | undefined): string => decodeURIComponent(value ?? '');

const placeIn = (body: string): number | undefined => {
  const place: unknown = JSON.parse(body).place;
  return typeof place === 'number' ? place : undefined;
};
