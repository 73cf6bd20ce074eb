import { describe, expect, it } from 'vitest';
import { partitionModel } from './partition-model.ts';
import type { Rules, Sizes } from './rules.ts';
import { explore, type Found } from './search.ts';

/** `TRACE=1 npm test -- test/model` says how many states were visited, and the way to each counterexample. */
const tell = (what: string, found: Found): void => {
  if (!process.env['TRACE']) return;
  const trace =
    found.kind === 'violated' ? `\n  ${found.trace.join('\n  ')}\n=> ${found.what}` : '';
  process.stdout.write(`${what}: ${found.kind}, ${found.states} states${trace}\n`);
};

const find = (sizes: Sizes, without: Partial<Rules> = {}): Found => {
  const found = explore(partitionModel(sizes, without));
  tell(JSON.stringify({ ...sizes, ...without }), found);
  return found;
};

const oneKey = [0, 0, 0];
const twoKeys = [0, 1, 0];
const two = [0, 0];
/** The last one can be finished before the second. */
const ahead = [0, 0, 1];

describe('every event has its effects once, in order, whatever happens in between', () => {
  it.each<Sizes>([
    { keys: oneKey, owners: 2, faults: { crash: 1 } },
    { keys: oneKey, owners: 2, faults: { 'lost-message': 1 } },
    { keys: oneKey, owners: 2, faults: { 'lost-answer': 1, 'lapsed-lease': 1 } },
    { keys: two, owners: 2, faults: { 'pin-loss': 1 } },
    { keys: two, owners: 2, faults: { leave: 1 } },
    { keys: two, owners: 2, faults: { crash: 1, 'lost-message': 1 } },
  ])('when what is missing is recalled and read: %j', (sizes) => {
    expect(find(sizes)).toMatchObject({ kind: 'holds' });
  });

  it.each<Sizes>([
    { keys: twoKeys, owners: 2, faults: { 'pin-loss': 1 } },
    { keys: oneKey, owners: 2, faults: { crash: 2 } },
    { keys: oneKey, owners: 2, faults: { crash: 1, 'lost-answer': 1 } },
    { keys: two, owners: 3, faults: { 'pin-loss': 1, crash: 1 } },
    { keys: two, owners: 2, faults: { 'pin-loss': 1, 'lost-message': 1 } },
    { keys: two, owners: 2, faults: { leave: 1, crash: 1 } },
  ])('when what is missing is only read: %j', (sizes) => {
    expect(find(sizes, { takeover: 'reading' })).toMatchObject({ kind: 'holds' });
  });

  it('when the broker forgets its last batch, except for the order', () => {
    const sizes = { keys: oneKey, owners: 1, faults: { 'forgotten-batch': 1 } };
    expect(find(sizes, { takeover: 'reading' })).toMatchObject({ kind: 'holds' });
  });
});

const byProof = { takeover: 'proof', reader: 'reaction' } as const;

describe('the same for a reader that recognises nothing, when what is unacknowledged is gathered', () => {
  it.each<Sizes>([
    { keys: oneKey, owners: 2, faults: { 'lost-message': 1 } },
    { keys: two, owners: 2, faults: { 'pin-loss': 1 } },
    { keys: two, owners: 2, faults: { leave: 1 } },
    { keys: two, owners: 2, faults: { 'lost-answer': 1, 'lapsed-lease': 1 } },
    { keys: two, owners: 2, faults: { crash: 1, 'lost-message': 1 } },
    { keys: two, owners: 2, faults: { crash: 2 } },
  ])('%j', (sizes) => {
    expect(find(sizes, byProof)).toMatchObject({ kind: 'holds' });
  });
});

const byWatermark = { acknowledges: 'watermark' } as const;

describe('the same where an acknowledgement holds for all before it', () => {
  it.each<Sizes>([
    { keys: ahead, owners: 2, faults: { crash: 1 } },
    { keys: oneKey, owners: 2, faults: { 'lost-message': 1 } },
    { keys: ahead, owners: 2, faults: { 'lost-message': 1 } },
    { keys: ahead, owners: 2, faults: { 'lost-answer': 1, 'lapsed-lease': 1 } },
    { keys: two, owners: 2, faults: { 'pin-loss': 1 } },
    { keys: two, owners: 2, faults: { leave: 1 } },
    { keys: [0, 1], owners: 2, faults: { crash: 1, 'lost-message': 1 } },
  ])('when what is missing is recalled and read: %j', (sizes) => {
    expect(find(sizes, byWatermark)).toMatchObject({ kind: 'holds' });
  });

  it.each<Sizes>([
    { keys: ahead, owners: 2, faults: { 'pin-loss': 1 } },
    { keys: ahead, owners: 2, faults: { crash: 2 } },
    { keys: [0, 1], owners: 3, faults: { 'pin-loss': 1, crash: 1 } },
    { keys: [0, 1], owners: 2, faults: { 'pin-loss': 2 } },
    { keys: [0, 1], owners: 2, faults: { 'pin-loss': 1, 'lost-message': 1 } },
    { keys: [0, 1], owners: 2, faults: { leave: 1, crash: 1 } },
  ])('when what is missing is only read: %j', (sizes) => {
    expect(find(sizes, { ...byWatermark, takeover: 'reading' })).toMatchObject({ kind: 'holds' });
  });

  it('when the broker forgets its last batch, except for the order', () => {
    const sizes = { keys: ahead, owners: 1, faults: { 'forgotten-batch': 1 } };
    const found = find(sizes, { ...byWatermark, takeover: 'reading' });
    expect(found).toMatchObject({ kind: 'holds' });
  });

  it.each<Sizes>([
    { keys: ahead, owners: 2, faults: { crash: 1 } },
    { keys: oneKey, owners: 2, faults: { 'pin-loss': 1 } },
    { keys: oneKey, owners: 2, faults: { 'lost-message': 1 } },
  ])('and nobody recognises what comes again: %j', (sizes) => {
    const found = find(sizes, { ...byWatermark, takeover: 'reading', reader: 'reaction' });
    expect(found).toMatchObject({ kind: 'holds' });
  });
});

describe('each rule is needed', () => {
  const crash: Sizes = { keys: oneKey, owners: 2, faults: { crash: 1 } };
  const outOfOrder = 'comes after a later event of its key';

  it('the guard: without it two owners both do the same event', () => {
    const found = find(crash, { takeover: 'reading', hasGuard: false });
    expect(found).toMatchObject({ what: expect.stringContaining('has its effects twice') });
  });

  it('the acknowledgement after the commit: an earlier one loses what its owner dies with', () => {
    const sizes = { keys: [0], owners: 2, faults: { crash: 1 } };
    const found = find(sizes, { takeover: 'reading', acksAfterCommit: false });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('holding back: without it what is new overtakes what was unacknowledged', () => {
    expect(find(crash, { takeover: 'none' })).toMatchObject({
      what: expect.stringContaining(outOfOrder),
    });
  });

  it('a hole in the deliveries: who does not see it goes on without what was lost on the wire', () => {
    const sizes = { keys: oneKey, owners: 2, faults: { 'lost-message': 1 } };
    expect(find(sizes, { noticesHoles: false })).toMatchObject({
      what: expect.stringContaining(outOfOrder),
    });
  });

  it('forgetting the pin: what was still on its way would come without what was dropped', () => {
    const sizes = { keys: two, owners: 2, faults: { 'pin-loss': 1 } };
    expect(find(sizes, { takeover: 'reading', forgetsPin: false })).toMatchObject({
      what: expect.stringContaining(outOfOrder),
    });
  });

  it('knowing which messages are missing: their number is fooled by a late acknowledgement', () => {
    const found = find(crash, { takeover: 'counting' });
    expect(found).toMatchObject({ what: expect.stringContaining(outOfOrder) });
  });

  it('having what is missing: to have asked for it again is not enough', () => {
    expect(find(crash, { takeover: 'recall' })).toMatchObject({
      what: expect.stringContaining(outOfOrder),
    });
  });

  it('not trusting the order of redeliveries: a sentinel may come before what it should follow', () => {
    expect(find(crash, { takeover: 'sentinel' })).toMatchObject({
      what: expect.stringContaining(outOfOrder),
    });
  });

  it('not waiting for a message that a late acknowledgement may take away: a sentinel may never come', () => {
    const found = find(crash, { takeover: 'sentinel', redeliveryOrder: 'first-in-first-out' });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('reading afresh: a memory of what the broker has forgotten acknowledges what is not done', () => {
    const sizes = { keys: [0], owners: 1, faults: { 'forgotten-batch': 1 } };
    const found = find(sizes, { takeover: 'reading', readsAfresh: false });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  const watermark = { ...byWatermark, takeover: 'reading' } as const;

  it('the watermark: who acknowledges the last that is finished loses what is not', () => {
    const sizes = { keys: ahead, owners: 2, faults: { crash: 1 } };
    const found = find(sizes, { ...watermark, isContiguous: false });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('a watermark from the floor on: without a takeover it passes what others had', () => {
    const sizes = { keys: [0, 1], owners: 2, faults: { crash: 1 } };
    const found = find(sizes, { ...watermark, takeover: 'none' });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('a watermark without a gap: who does not see a hole acknowledges what it never had', () => {
    const sizes = { keys: ahead, owners: 2, faults: { 'lost-message': 1 } };
    const found = find(sizes, { ...watermark, noticesHoles: false });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('a new watermark with each takeover: the old one would pass what was dropped', () => {
    const sizes = { keys: ahead, owners: 2, faults: { 'pin-loss': 1 } };
    const found = find(sizes, { ...watermark, forgetsMark: false });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('no word of before a cut: the broker may have forgotten what is acknowledged then', () => {
    const sizes = { keys: [0, 1], owners: 1, faults: { 'forgotten-batch': 1 } };
    const found = find(sizes, { ...watermark, distrustsCut: false });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });

  it('proof, for who recognises nothing: without it a recall leaves the order to time', () => {
    const found = find(crash, { reader: 'reaction' });
    expect(found).toMatchObject({ what: expect.stringContaining(outOfOrder) });
  });

  it('counting only what is certain: what others had may be acknowledged late, and the number never fits', () => {
    const sizes = { keys: two, owners: 2, faults: { crash: 1 } };
    const found = find(sizes, { ...byProof, takeover: 'trusting' });
    expect(found).toMatchObject({ what: 'what is left can never be done' });
  });
});
