import { expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { GroupCommit } from '../../../../src/infra/nats/group-commit.ts';
import { FakeBroker, fact, refused } from '../../../support/fake-broker.ts';
import { RecordedSpans } from '../../../support/recorded-spans.ts';
import { countEvent, tallyStream } from '../../../support/tally.ts';

const open = (broker = new FakeBroker()) => {
  const spans = new RecordedSpans();
  const tracing = spans.of('tally');
  const group = new GroupCommit({ stream: tallyStream, port: broker, onBatch: tracing.batch });
  const commits = tracing.commits(group, tallyStream.name);
  const process = tracing.tries(async ({ key, trace }) => {
    const place = placeOf(tallyStream, key);
    const state = { place, revision: 0, record: '{}' };
    await commits.commit({ state, messages: [fact(key)], trace });
    return { kind: 'done', how: 'handled', facts: 1 };
  });
  const run = (key: string) => process(countEvent(key, 1, { id: `event-${key}` }));
  return { spans, run };
};

it('shows a batch once, linked with each commit in it, both ways', async () => {
  const { spans, run } = open();

  await Promise.all(['a', 'b', 'c'].map(run));

  const commits = spans.named('commit TALLY');
  const batch = spans.one('send TALLY');
  expect(new Set(commits.map(({ traceId }) => traceId)).size).toBe(3);
  expect(batch.parentId).toBe(commits[0]?.spanId);
  expect(batch.links).toMatchObject(
    commits.map(({ traceId, spanId }) => ({ traceId, spanId, kind: 'commit' })),
  );
  for (const { links } of commits)
    expect(links).toMatchObject([{ spanId: batch.spanId, kind: 'batch' }]);
  expect(batch).toMatchObject({
    kind: 'client',
    attributes: {
      'messaging.system': 'nats',
      'messaging.operation.type': 'send',
      'messaging.batch.message_count': 6,
      'millrace.batch.decisions': 3,
      'millrace.batch.stored': true,
    },
  });
});

it('shows a refused batch and those that its decisions went in then', async () => {
  const broker = new FakeBroker();
  broker.troubles.push(() => refused(10071));
  const { spans, run } = open(broker);

  await Promise.all(['a', 'b'].map(run));

  const batches = spans
    .named('send TALLY')
    .map(({ attributes }) => [
      attributes['millrace.batch.decisions'],
      attributes['millrace.batch.stored'],
    ]);
  expect(batches).toEqual([
    [2, false],
    [1, true],
    [1, true],
  ]);
});
