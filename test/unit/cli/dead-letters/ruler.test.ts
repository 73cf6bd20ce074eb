import { expect, test } from 'vitest';
import { Ruler } from '../../../../src/cli/dead-letters/ruler.ts';
import { placeOf, subjectsOf } from '../../../../src/contracts/streams.ts';
import { MemoryBus } from '../../../../src/infra/memory/memory-bus.ts';
import { deadLetter } from '../../../../src/infra/pipeline/dead-letter.ts';
import type { Commit, CommitResult } from '../../../../src/infra/pipeline/ports.ts';
import { countEvent, TallyCount, tallyStream } from '../../../support/tally.ts';
import { TestClock } from '../../../support/test-clock.ts';

type Answer = (stored: CommitResult) => CommitResult;

/** A stream with one dead letter, and a bus whose answers to commits a test may change. */
const withLetter = async (key: 'skip' | 'park', answers: Answer[] = []) => {
  const clock = new TestClock();
  const bus = new MemoryBus({ clock });
  await bus.ensure({ streams: [tallyStream], consumers: [] });
  const commits = bus.commits(tallyStream);
  const by = { worker: 'host.1', version: '1' };
  const death = { reason: 'exhausted', error: 'no', attempts: 5, at: clock.now(), by, key };
  const dead = deadLetter(tallyStream, countEvent('a', 3), death);
  await commits.commit({ messages: [dead] });
  const shaky: Commit = {
    commit: async (commitment) => {
      const stored = await commits.commit(commitment);
      return answers.shift()?.(stored) ?? stored;
    },
    store: (message, id) => commits.store(message, id),
  };
  const bent = { commits: () => shaky, messages: (name: string) => bus.messages(name) };
  const ruler = new Ruler({
    bus: bent,
    stream: tallyStream,
    contracts: [TallyCount],
    clock,
    by: 'anna',
  });
  const letter = await bus.messages(tallyStream.name).last(subjectsOf(tallyStream).deadLetters);
  if (!letter) throw new Error('there is no dead letter');
  const requests = async () => {
    const reader = bus.messages(tallyStream.name);
    const first = await reader.next(subjectsOf(tallyStream).requests, 1);
    const next = first && (await reader.next(subjectsOf(tallyStream).requests, first.sequence + 1));
    return [first, next].flatMap((request) => (request ? [request.subject] : []));
  };
  return { ruler, letter, requests };
};

const { partition } = placeOf(tallyStream, 'a');

test('a ruling whose answer was lost is recognised, and not made twice', async () => {
  const lost: Answer = () => ({ kind: 'unknown' });
  const { ruler, letter, requests } = await withLetter('skip', [lost]);

  expect(await ruler.rule('redriven', letter)).toEqual({
    kind: 'ruled',
    newId: 'a-3.redrive.1',
  });
  expect(await requests()).toEqual([`in.tally.${partition}.count`]);
});

test('a second ruling is told of the first one', async () => {
  const { ruler, letter, requests } = await withLetter('skip');
  await ruler.rule('discarded', letter);

  expect(await ruler.rule('redriven', letter)).toMatchObject({
    kind: 'ruled-before',
    ruling: { action: 'discarded', by: 'anna', event: 'a-3' },
  });
  expect(await requests()).toEqual([]);
});

test('a letter that parks its key is left to the owner of the key', async () => {
  const { ruler, letter, requests } = await withLetter('park');

  await ruler.rule('discarded', letter);

  expect(await requests()).toEqual([`in.tally.${partition}.millrace-resume`]);
});
