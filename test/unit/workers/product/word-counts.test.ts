import { describe, expect, it } from 'vitest';
import { WordCounts } from '../../../../src/workers/product/views/word-counts.ts';

describe('counting words', () => {
  it('counts the texts that have a word, not how often it stands in them', () => {
    const counts = new WordCounts();
    counts.add(['tea', 'tea', 'green']);
    counts.add(['tea']);

    expect(counts.of('tea')).toBe(2);
    counts.remove(['tea', 'tea', 'green']);
    expect([counts.of('tea'), counts.of('green')]).toEqual([1, 0]);
  });

  it('parts rare words from common ones', () => {
    const counts = new WordCounts();
    for (let text = 0; text < 10; text++) counts.add(text < 3 ? ['tea', 'green', 'new'] : ['tea']);

    expect(counts.part(['tea', 'green', 'unknown'], 3)).toEqual({
      rare: ['unknown', 'green'],
      common: ['tea'],
    });
    expect(counts.part(['tea', 'green', 'new'], 2)).toEqual({
      rare: ['green'],
      common: ['new', 'tea'],
    });
    expect(counts.part([], 2)).toEqual({ rare: [], common: [] });
  });

  it('takes a word for as common as what begins with it, unless whole words are asked for', () => {
    const counts = new WordCounts();
    for (let text = 0; text < 10; text++) counts.add(text < 3 ? ['tea', 'set'] : ['teapot']);

    expect(counts.beginning('tea')).toBe(10);
    expect(counts.part(['tea', 'set'], 3)).toEqual({ rare: ['set'], common: ['tea'] });
    expect(counts.part(['tea', 'set'], 3, 'whole')).toEqual({ rare: ['tea', 'set'], common: [] });
  });

  it('reads a word as the nearest one, of several as the one that most texts have', () => {
    const counts = new WordCounts();
    for (let text = 0; text < 9; text++) counts.add(text < 3 ? ['coffee'] : ['toffee']);
    for (let text = 0; text < 20; text++) counts.add(['offices']);

    expect(counts.near('boffee', 2)).toEqual({ texts: 9, likeliest: 'toffee' });
    expect(counts.near('coffe', 2)).toEqual({ texts: 9, likeliest: 'coffee' });
    expect(counts.near('zebra', 2)).toEqual({ texts: 0, likeliest: 'zebra' });
  });
});
