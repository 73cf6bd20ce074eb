import fc from 'fast-check';
import MiniSearch, { type SearchOptions } from 'minisearch';
import { describe, expect, it } from 'vitest';
import { GatheringIndex } from '../../../../src/workers/product/views/gathering-index.ts';

interface Text {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

const options = {
  fields: ['name', 'description'],
  tokenize: (text: string): string[] => text.split(' '),
  processTerm: (word: string): string => word,
  autoVacuum: false,
};

const word = fc.constantFrom('tea', 'teapot', 'team', 'red', 'read', 'reed', 'x', '12');
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((some) => some.join(' '));
const text = fc.record({ id: fc.nat(8), name: words, description: words });
type Change = Text | { readonly asked: string } | 'settle';
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: text },
  fc.record({ asked: words }),
  fc.constant('settle' as const),
);

const waysToAsk: readonly SearchOptions[] = [
  {},
  { combineWith: 'AND', prefix: true },
  { fuzzy: 1, boost: { name: 4 } },
  { fields: ['description'] },
];

/** Puts a text in the place of the one with its id. */
const put = (index: MiniSearch<Text>, before: Text | undefined, after: Text): void => {
  if (before) index.remove(before);
  index.add(after);
};

describe('an index that gathers words', () => {
  it('finds what MiniSearch finds, with the same scores, whatever changes and is asked', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), words, (changes, last) => {
        const gathering = new GatheringIndex<Text>(options);
        const plain = new MiniSearch<Text>(options);
        const texts = new Map<number, Text>();
        for (const one of [...changes, { asked: last }]) {
          if (one === 'settle') gathering.settle();
          else if ('asked' in one) {
            for (const way of waysToAsk) {
              expect(gathering.search(one.asked, way)).toEqual(plain.search(one.asked, way));
            }
          } else {
            put(gathering, texts.get(one.id), one);
            put(plain, texts.get(one.id), one);
            texts.set(one.id, one);
          }
        }
      }),
    );
  });

  it('refuses a text that it has, and has it once', () => {
    const index = new GatheringIndex<Text>(options);
    const tea = { id: 1, name: 'tea', description: 'green' };
    index.add(tea);

    expect(() => index.add(tea)).toThrow('duplicate ID');
    expect(index.search('tea').map(({ id }) => id)).toEqual([1]);
    index.remove(tea);
    expect(index.search('tea')).toEqual([]);
  });
});
