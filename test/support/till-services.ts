import { z } from 'zod';
import { defineEvent } from '../../src/contracts/define-event.ts';
import { defineStream } from '../../src/contracts/streams.ts';
import { token } from '../../src/infra/di/token.ts';
import {
  type AnyService,
  defineService,
  type KeyStates,
} from '../../src/infra/pipeline/define-service.ts';
import { PermanentError } from '../../src/infra/pipeline/errors.ts';
import { type Decision, type EventHandler, on } from '../../src/infra/pipeline/handler.ts';

const data = z.object({ key: z.string(), n: z.int() });
type Entered = z.infer<typeof data>;
const common = { version: 1, data, key: ({ key }: Entered) => key };

const state = z.object({ count: z.int(), last: z.int() });
type Counted = z.infer<typeof state>;
const initial: Counted = { count: 0, last: 0 };

/** What fails at the moment, as `<key>-<n>`. */
export const brokenEntries = new Set<string>();

/**
 * A till that books entries by key, and a board that is told of each: the two services, with as many
 * partitions of the till's stream as are asked for.
 */
export const tillServices = (partitions: number) => {
  const tillStream = defineStream('till', partitions);
  const boardStream = defineStream('board', 3);
  const TillEnter = defineEvent({
    type: 'till.enter',
    kind: 'request',
    stream: tillStream,
    ...common,
  });
  const TillEntered = defineEvent({
    type: 'till.entered',
    kind: 'fact',
    stream: tillStream,
    ...common,
  });
  const BoardShow = defineEvent({
    type: 'board.show',
    kind: 'request',
    stream: boardStream,
    ...common,
  });
  const BoardShown = defineEvent({
    type: 'board.shown',
    kind: 'fact',
    stream: boardStream,
    ...common,
  });

  class Enter implements EventHandler<Entered, Counted> {
    handle(entry: Entered, { state: before }: { readonly state: Counted }): Decision<Counted> {
      if (brokenEntries.has(`${entry.key}-${entry.n}`)) throw new PermanentError('no luck');
      return { state: { count: before.count + 1, last: entry.n }, events: [TillEntered(entry)] };
    }
  }
  class Tell implements EventHandler<Entered> {
    handle(entry: Entered): Decision {
      return { events: [BoardShow(entry)] };
    }
  }
  class Show implements EventHandler<Entered, Counted> {
    handle(entry: Entered, { state: before }: { readonly state: Counted }): Decision<Counted> {
      return { state: { count: before.count + 1, last: entry.n }, events: [BoardShown(entry)] };
    }
  }
  const till: AnyService = defineService({
    stream: tillStream,
    state: { schema: state, initial, provides: token<KeyStates<Counted>>('TillStates') },
    routes: [on(TillEnter, Enter)],
    onExhausted: 'park',
  });
  const board: AnyService = defineService({
    stream: boardStream,
    state: { schema: state, initial, provides: token<KeyStates<Counted>>('BoardStates') },
    routes: [on(BoardShow, Show)],
    reactions: [on(TillEntered, Tell)],
  });
  return { till, board, TillEnter };
};

export type TillServices = ReturnType<typeof tillServices>;
