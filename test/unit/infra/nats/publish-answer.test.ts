import type { Msg } from 'nats';
import { describe, expect, it } from 'vitest';
import { readPublishAnswer } from '../../../../src/infra/nats/publish-answer.ts';

const read = (text: string | Uint8Array, headers?: { readonly code: number }) =>
  readPublishAnswer({ data: Buffer.from(text), headers } as unknown as Msg);

const stored = { kind: 'stored', stream: 'CART', sequence: 7, duplicate: false };

describe('the answer to a publish', () => {
  it('says where the message is stored', () => {
    expect(read('{"stream":"CART","seq":7}')).toEqual(stored);
  });

  it('is the same however it is written', () => {
    expect(read('{"seq":7, "stream":"CART"}')).toEqual(stored);
    expect(read('{"stream":"CART","domain":"hub","seq":7}')).toEqual(stored);
    expect(read('{"stream":"\\u0043ART","seq":7}')).toEqual(stored);
  });

  it('tells a duplicate', () => {
    const answer = read('{"stream":"CART","seq":7,"duplicate": true}');

    expect(answer).toEqual({ ...stored, duplicate: true });
  });

  it('hands on what the stream refuses', () => {
    const error = { code: 503, err_code: 10077, description: 'maximum messages exceeded' };

    expect(read(JSON.stringify({ error, stream: 'CART', seq: 0 }))).toEqual({
      kind: 'refused',
      error,
    });
  });

  it('knows that nobody listens', () => {
    expect(read('', { code: 503 })).toEqual({ kind: 'nobody' });
  });

  it.each([
    '',
    '{',
    'null',
    '7',
    '"CART"',
    '[]',
    '{}',
    '{"stream":"CART"}',
    '{"seq":7}',
    '{"stream":"CART","seq":0}',
    '{"stream":"CART","seq":-1}',
    '{"stream":"CART","seq":1.5}',
    '{"stream":"CART","seq":"7"}',
    '{"stream":"CART","seq":99999999999999999999}',
    '{"stream":"","seq":7}',
    '{"stream":7,"seq":7}',
    '{"stream":"CART","seq":7}{"stream":"CART","seq":8}',
    '{"stream":"CART","seq":7}\n{',
    '{"stream":"CART","seq":7,"error":"no"}',
    '{"error":{}}',
  ])('is malformed when it is %s', (text) => {
    expect(read(text)).toEqual({ kind: 'malformed' });
  });

  it('is malformed when it is no text at all', () => {
    expect(read(Buffer.of(0xff, 0xfe, 0x00))).toEqual({ kind: 'malformed' });
  });

  it('is malformed when it is empty with another status', () => {
    expect(read('', { code: 408 })).toEqual({ kind: 'malformed' });
  });
});
