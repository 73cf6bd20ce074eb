import { subjectsOf } from '../../contracts/streams.ts';
import type { Scope } from '../di/token.ts';
import { build, provide } from '../di/token.ts';
import { LogLimit } from '../observability/log-limit.ts';
import type { Logger } from '../observability/logger.ts';
import type { ReadModel, ViewDefinition } from '../pipeline/define-service.ts';
import type { Bus, Follower } from '../pipeline/ports.ts';
import { stateReader } from '../pipeline/state-record.ts';

const utf8 = new TextDecoder();

/**
 * Builds a service's read models from the states they follow, and provides them to handlers.
 *
 * Each keeps following; `caughtUp` of all is when the service may begin.
 */
export const followViews = (
  views: readonly ViewDefinition[],
  bus: Bus,
  scope: Scope,
  logger: Logger,
): Follower[] =>
  views.map(({ stream, schema, provides, model }) => {
    const limit = new LogLimit({ elapsed: () => performance.now() });
    const readModel = build<ReadModel<unknown>>(scope, model as never);
    provide(scope, provides, readModel);
    const read = stateReader(schema);
    const follower = bus.follow({
      stream,
      filters: [subjectsOf(stream).states],
      from: 'last',
      take: ({ body, sequence }) => {
        try {
          const { key, state } = read(utf8.decode(body));
          readModel.apply(key, state);
        } catch (error) {
          // One state that cannot be read must not stop the view from learning of the others.
          // Its text may quote the state: only the kind of error is said.
          const name = error instanceof Error ? error.name : typeof error;
          limit.line('unreadable', (suppressed) =>
            logger.error(
              { stream: stream.name, sequence, error: name, ...suppressed },
              'unreadable state',
            ),
          );
        }
      },
    });
    return {
      caughtUp: follower.caughtUp.then(() => readModel.caughtUp?.()),
      stop: () => follower.stop(),
    };
  });
