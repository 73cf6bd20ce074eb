import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../../../../src/cli/terminal/confirm.ts';

/** A terminal on which somebody types as soon as they are asked. */
const typing = (typed: string) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  let isTyped = false;
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isTyped || !shown.includes('[y/N]')) return;
    isTyped = true;
    input.write(typed);
  });
  return { input, output, shown: () => shown };
};

describe('a question before much is done', () => {
  it.each(['y\r', 'Y\r', 'yes\r', ' yes \r'])('is a yes when somebody types %j', async (typed) => {
    const terminal = typing(typed);

    expect(await confirm('discard 1,200 dead letters?', terminal)).toBe(true);
    expect(terminal.shown()).toContain('discard 1,200 dead letters? [y/N] ');
  });

  it.each([
    '\r',
    'n\r',
    'no\r',
    'yess\r',
    'ja\r',
    { keys: 'ctrl-C', typed: '\u0003' },
    { keys: 'ctrl-C behind a yes', typed: 'yes\u0003' },
    { keys: 'ctrl-D', typed: '\u0004' },
  ])('is a no when somebody types %j', async (typed) => {
    const text = typeof typed === 'string' ? typed : typed.typed;

    expect(await confirm('discard 2 dead letters?', typing(text))).toBe(false);
  });

  it('is a no when nobody can type any more', async () => {
    const terminal = { input: new PassThrough(), output: new PassThrough() };
    terminal.input.end();

    expect(await confirm('discard 2 dead letters?', terminal)).toBe(false);
  });
});
