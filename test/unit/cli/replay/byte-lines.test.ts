import { expect, test } from 'vitest';
import { ByteLines, readLines } from '../../../../src/cli/replay/byte-lines.ts';
import { bytesOf } from '../../../support/replay-lines.ts';

const linesOf = async (text: string | Uint8Array, chunkSize = 7, limit = 100) => {
  const lines = [];
  for await (const batch of readLines(bytesOf(text, chunkSize), limit)) lines.push(...batch);
  return lines;
};

test('lines are the same however the bytes are cut', async () => {
  const text = '{"a":1}\r\n\nÄrger über Maß\n漢字';

  for (const chunkSize of [1, 2, 3, 8, 1000]) {
    const lines = await linesOf(text, chunkSize);
    expect(lines.map((line) => line.text)).toEqual(['{"a":1}', '', 'Ärger über Maß', '漢字']);
    expect(lines.map((line) => line.number)).toEqual([1, 2, 3, 4]);
    expect(lines.at(-1)?.end).toBe(Buffer.byteLength(text));
  }
});

test('a line break at the end begins no further line', async () => {
  expect(await linesOf('a\nb\n')).toHaveLength(2);
  expect(await linesOf('')).toHaveLength(0);
});

test('a byte order mark is no part of the first line', async () => {
  const [first] = await linesOf('\ufeff{"a":1}\n', 1);

  expect(first?.text).toBe('{"a":1}');
});

test('bytes that are no UTF-8 are the problem of their line only', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0xff, 0xfe]), Buffer.from('\nb')]);
  const lines = await linesOf(bytes, 1);

  expect(lines.map(({ problem }) => problem)).toEqual([undefined, 'not UTF-8', undefined]);
  expect(lines[2]?.text).toBe('b');
});

test('a line that is too long is thrown away and reported, those around it are read', async () => {
  const lines = await linesOf(`a\n${'x'.repeat(101)}\n${'y'.repeat(100)}\n`);

  expect(lines.map(({ problem }) => problem)).toEqual([
    undefined,
    'longer than 100 bytes',
    undefined,
  ]);
  expect(lines[2]?.text).toHaveLength(100);
});

test('a line without an end costs no memory beyond the limit', () => {
  const lines = new ByteLines(1000);
  const chunk = Buffer.alloc(1_000_000, 'x');
  const before = process.memoryUsage().arrayBuffers;

  for (let round = 0; round < 500; round++) lines.push(Buffer.from(chunk));
  const after = process.memoryUsage().arrayBuffers;

  expect(lines.finish()).toMatchObject([{ problem: 'longer than 1000 bytes' }]);
  expect(after - before).toBeLessThan(300_000_000);
});
