import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineStream, placeOf } from '../../../../src/contracts/streams.ts';
import { injectable, newScope, type Scope, token } from '../../../../src/infra/di/token.ts';
import { MemoryBus } from '../../../../src/infra/memory/memory-bus.ts';
import { type ReadModel, view } from '../../../../src/infra/pipeline/define-service.ts';
import { emptyRecord } from '../../../../src/infra/pipeline/state-record.ts';
import { followViews } from '../../../../src/infra/runtime/follow-views.ts';
import { soon } from '../../../support/soon.ts';
import { TestClock } from '../../../support/test-clock.ts';

const stream = defineStream('box', 4);
const schema = z.object({ size: z.number() });
const logger = pino({ level: 'silent' });

@injectable()
class Diary implements ReadModel<z.infer<typeof schema>> {
  readonly lines: string[] = [];

  apply(key: string, { size }: z.infer<typeof schema>): void {
    this.lines.push(`${key} ${size}`);
  }

  caughtUp(): void {
    this.lines.push('caught up');
  }
}
const Diaries = token<Diary>('Diaries');

let bus: MemoryBus;
let scope: Scope;

beforeEach(async () => {
  bus = new MemoryBus({ clock: new TestClock() });
  scope = newScope();
  await bus.ensure({ streams: [stream], consumers: [] });
});

afterEach(async () => {
  await bus[Symbol.asyncDispose]();
});

const store = (key: string, record: unknown): Promise<unknown> =>
  bus.commits(stream).commit({
    state: { place: placeOf(stream, key), revision: 0, record: JSON.stringify(record) },
    messages: [],
  });

it('a view has all that was there, then its word of it, then what comes', async () => {
  await store('a', emptyRecord('a', { size: 1 }));
  await store('b', emptyRecord('b', { size: 2 }));

  const [follower] = followViews([view(stream, schema, Diaries, Diary)], bus, scope, logger);
  await follower?.caughtUp;
  await store('c', emptyRecord('c', { size: 3 }));

  const { lines } = scope.resolve<Diary>(Diaries);
  await soon(() => expect(lines).toEqual(['a 1', 'b 2', 'caught up', 'c 3']));
  await follower?.stop();
});

it('a state that cannot be read keeps a view from no other', async () => {
  await store('a', { key: 'a', state: { size: 'large' } });
  await store('b', emptyRecord('b', { size: 2 }));

  const [follower] = followViews([view(stream, schema, Diaries, Diary)], bus, scope, logger);
  await follower?.caughtUp;

  expect(scope.resolve<Diary>(Diaries).lines).toEqual(['b 2', 'caught up']);
  await follower?.stop();
});
