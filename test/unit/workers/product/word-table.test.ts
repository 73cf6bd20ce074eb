import { describe, expect, it } from 'vitest';
import { WordTable } from '../../../../src/workers/product/views/word-table.ts';

const tableOf = (...words: string[]): WordTable<string> => {
  const table = new WordTable<string>();
  for (const word of words) table.set(word, word.toUpperCase());
  return table;
};

describe('a table of words', () => {
  it('finds words by how they begin, from two letters on', () => {
    const table = tableOf('tea', 'teapot', 'teak', 'toe', 't');

    expect(table.beginning('tea').sort()).toEqual(['TEA', 'TEAK', 'TEAPOT']);
    expect(table.beginning('teap')).toEqual(['TEAPOT']);
    expect(table.beginning('x')).toEqual([]);
    expect(table.beginning('xy')).toEqual([]);
    expect(table.beginning('t')).toEqual(['T']);
  });

  it('finds words that are nearly another one, with the number of errors', () => {
    const table = tableOf('coffee', 'toffee', 'coffees', 'tea');
    const near = table.near('coffee', 2).map(({ word, errors }) => `${word} ${errors}`);

    expect(near.sort()).toEqual(['coffees 1', 'toffee 1']);
    expect(table.near('cofee', 1).map(({ value }) => value)).toEqual(['COFFEE']);
  });

  it('has forgotten what was deleted', () => {
    const table = tableOf('tea', 'teapot');
    table.delete('tea');
    table.delete('never');

    expect(table.get('tea')).toBeUndefined();
    expect(table.beginning('te')).toEqual(['TEAPOT']);
    expect(table.near('teas', 1)).toEqual([]);
  });
});
