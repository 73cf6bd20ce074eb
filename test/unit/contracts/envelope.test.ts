import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Envelope,
  type EnvelopeDefaults,
  readEnvelope,
  readStructured,
  writeHeaders,
} from '../../../src/contracts/envelope.ts';
import { InvalidEvent } from '../../../src/contracts/invalid-event.ts';
import { anyText } from '../../support/any-text.ts';

const defaults: EnvelopeDefaults = {
  id: 'CART.7.1700000000000',
  type: 'cart.add',
  source: 'nats://CART',
  time: '2026-01-02T03:04:05.678Z',
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const read = (headers: Record<string, string>, body: string | Uint8Array = '{}') =>
  readEnvelope((name) => headers[name], typeof body === 'string' ? bytes(body) : body, defaults);

const readDocument = (document: unknown) =>
  read({ 'content-type': 'application/cloudevents+json' }, JSON.stringify(document));

const refusal = (run: () => unknown): InvalidEvent => {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidEvent) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

const complete: Envelope = {
  id: 'e 1 %41 "Ærø" 🥛',
  type: 'cart.add',
  source: '/shop/läden?a=b c',
  time: '2026-01-02T03:04:05+02:00',
  version: 2,
  correlationId: 'the whole 100 %',
  causationId: 'the cause',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'congo=t61rcWkgMzE, rojo=50%25 "x"',
};

describe('readEnvelope in binary mode', () => {
  it('reads the attributes from headers and the data from the body', () => {
    const { envelope, data } = read(
      {
        'ce-specversion': '1.0',
        'ce-id': 'e1',
        'ce-type': 'cart.add',
        'ce-source': '/shop',
        'ce-time': '2026-01-02T03:04:05Z',
        'ce-dataversion': '3',
        'ce-correlationid': 'c',
        'ce-causationid': 'd',
        'content-type': 'application/json',
        traceparent: '00-x',
        tracestate: 'a=b, c=d',
      },
      '{"userId":"u1"}',
    );

    expect(data).toEqual({ userId: 'u1' });
    expect(envelope).toEqual({
      id: 'e1',
      type: 'cart.add',
      source: '/shop',
      time: '2026-01-02T03:04:05Z',
      version: 3,
      correlationId: 'c',
      causationId: 'd',
      traceparent: '00-x',
      tracestate: 'a=b, c=d',
    });
  });

  it('takes all from the defaults when a foreign producer says nothing', () => {
    const { envelope, data } = read({}, '[1]');

    expect(data).toEqual([1]);
    expect(envelope).toEqual({ ...defaults, correlationId: defaults.id });
    expect(envelope.version).toBeUndefined();
  });

  it('lets an event that nobody caused begin its own chain', () => {
    expect(read({ 'ce-id': 'first' }).envelope.correlationId).toBe('first');
  });

  it('decodes what was percent-encoded', () => {
    expect(read({ 'ce-id': 'a%20b%25%C3%A6' }).envelope.id).toBe('a b%æ');
  });

  it('refuses a header that is not percent-encoded UTF-8', () => {
    for (const id of ['%', '%zz', '%C3', 'a%E0%A4']) {
      expect(refusal(() => read({ 'ce-id': id })).reason).toBe('invalid-envelope');
    }
  });

  it('refuses control characters that come percent-encoded', () => {
    expect(refusal(() => read({ 'ce-id': 'a%0d%0ab' })).message).toContain('id');
  });

  it('takes a body of any JSON value, and nothing else', () => {
    expect(read({}, 'null').data).toBeNull();
    expect(read({}, '"text"').data).toBe('text');
    for (const body of ['', '{', '{"a":1}}', "{'a':1}", 'undefined']) {
      expect(refusal(() => read({}, body)).reason, body).toBe('undecodable');
    }
  });

  it('refuses a body that is not UTF-8, without repeating it', () => {
    const body = Uint8Array.from([0x22, 0xff, 0xfe, 0x22]);

    const error = refusal(() => read({}, body));

    expect(error.reason).toBe('undecodable');
    expect(error.message).toBe('the body is not JSON in UTF-8 (4 bytes)');
  });
});

describe('readEnvelope in structured mode', () => {
  const document = {
    specversion: '1.0',
    id: 'e 1 %41',
    type: 'cart.add',
    source: '/shop',
    time: '2026-01-02T03:04:05Z',
    dataversion: 2,
    correlationid: 'c',
    causationid: 'd',
    traceparent: '00-x',
    tracestate: 'a=b',
    data: { userId: 'u1' },
  };

  it('reads the attributes from the document, as they are', () => {
    const { envelope, data } = readDocument(document);

    expect(data).toEqual({ userId: 'u1' });
    expect(envelope).toEqual({
      id: 'e 1 %41',
      type: 'cart.add',
      source: '/shop',
      time: '2026-01-02T03:04:05Z',
      version: 2,
      correlationId: 'c',
      causationId: 'd',
      traceparent: '00-x',
      tracestate: 'a=b',
    });
  });

  it('is known by its content type, in any case and with parameters', () => {
    for (const type of [
      'application/cloudevents+json; charset=utf-8',
      'Application/CloudEvents+JSON',
    ]) {
      const { data } = read({ 'content-type': type }, JSON.stringify(document));
      expect(data, type).toEqual({ userId: 'u1' });
    }
  });

  it('does not mix the modes: headers with attributes count for nothing', () => {
    const headers = { 'content-type': 'application/cloudevents+json', 'ce-id': 'other' };

    expect(read(headers, JSON.stringify(document)).envelope.id).toBe('e 1 %41');
  });

  it('lets the trace of the transport win over that of the document', () => {
    const headers = { 'content-type': 'application/cloudevents+json', traceparent: '00-nearer' };

    expect(read(headers, JSON.stringify(document)).envelope.traceparent).toBe('00-nearer');
  });

  it('takes null for an attribute that is not there', () => {
    const { envelope } = readDocument({ ...document, causationid: null, id: null });

    expect(envelope.causationId).toBeUndefined();
    expect(envelope.id).toBe(defaults.id);
  });

  it('refuses a document that is no object', () => {
    for (const other of [[], 'text', 1, null]) {
      expect(refusal(() => readDocument(other)).reason).toBe('invalid-envelope');
    }
  });

  it('refuses attributes that are no text, naming them', () => {
    for (const [name, value] of Object.entries({ id: {}, source: ['a'], time: true })) {
      const error = refusal(() => readDocument({ ...document, [name]: value }));
      expect(error.reason).toBe('invalid-envelope');
      expect(error.message).toContain(name);
    }
  });

  it('refuses binary data, saying what to do', () => {
    const error = refusal(() => readDocument({ ...document, data_base64: 'aGk=' }));

    expect(error.message).toContain('data_base64');
  });

  it('reads a document that is parsed already: a line of a replay file', () => {
    expect(readStructured(document, () => undefined, defaults).envelope.id).toBe('e 1 %41');
  });

  it('leaves what lies in the prototype alone', () => {
    const { envelope } = read(
      { 'content-type': 'application/cloudevents+json' },
      '{"__proto__":{"id":"evil"},"constructor":"x","data":1}',
    );

    expect(envelope.id).toBe(defaults.id);
  });
});

describe('what is refused of an envelope', () => {
  const long = 'x'.repeat(257);
  const cases: readonly (readonly [attribute: string, values: readonly string[]])[] = [
    ['specversion', ['0.3', '1', '2.0', '']],
    ['id', ['', long, 'a\u0000b', 'a\nb', 'a\u007fb', '\ud800']],
    ['type', ['', long, 'cart.add\r\n']],
    ['source', ['', long, '\u0007']],
    ['time', ['', 'yesterday', '2026-01-02', '2026-13-02T03:04:05Z', '2026-01-02T03:04:05', '0']],
    ['dataversion', ['', '0', '-1', '1.5', '01', 'one', '1e3', '9999999999']],
    ['correlationid', ['', long, 'a\tb']],
    ['causationid', ['', long, '\u001b[31m']],
  ];

  for (const [attribute, values] of cases) {
    it(`names ${attribute} and never repeats its value`, () => {
      for (const value of values) {
        for (const run of [
          () => read({ [`ce-${attribute}`]: value }),
          () => readDocument({ [attribute]: value }),
        ]) {
          const error = refusal(run);
          expect(error.reason).toBe('invalid-envelope');
          expect(error.message).toContain(attribute);
          if (value.length > 8) expect(error.message).not.toContain(value);
        }
      }
    });
  }

  it('accepts the longest that is allowed, counted in characters', () => {
    const id = '🥛'.repeat(256);

    expect(readDocument({ id }).envelope.id).toBe(id);
  });
});

describe('writeHeaders', () => {
  it('writes what readEnvelope reads', () => {
    const headers = writeHeaders(complete);

    expect(read(headers).envelope).toEqual(complete);
  });

  it('writes headers of printable ASCII only', () => {
    const evil = { ...complete, traceparent: '00\r\nNats-Rollup: all', tracestate: 'é\u0000' };

    for (const [name, value] of Object.entries(writeHeaders(evil))) {
      expect(value, name).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it('leaves out what is not known', () => {
    const headers = writeHeaders({ ...defaults, correlationId: 'c' });

    expect(headers).toEqual({
      'ce-specversion': '1.0',
      'ce-id': defaults.id,
      'ce-type': defaults.type,
      'ce-source': defaults.source,
      'ce-time': defaults.time,
      'ce-correlationid': 'c',
      'content-type': 'application/json',
    });
  });

  it('is read back whatever text the envelope holds', () => {
    const text = anyText({ minLength: 1, maxLength: 60 })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are refused elsewhere
      .filter((value) => !/[\u0000-\u001f\u007f]/.test(value));
    const printable = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,60}[\x21-\x7e])?$/);
    const envelopes = fc.record(
      {
        id: text,
        type: fc.constantFrom('cart.add', 'user.register'),
        source: text,
        time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        version: fc.integer({ min: 1, max: 999_999_999 }),
        correlationId: text,
        causationId: text,
        traceparent: printable,
        tracestate: printable,
      },
      { requiredKeys: ['id', 'type', 'source', 'time', 'correlationId'] },
    );

    fc.assert(
      fc.property(envelopes, ({ time, ...rest }) => {
        const envelope = { ...rest, time: time.toISOString() };
        const headers = writeHeaders(envelope);

        expect(read(headers).envelope).toEqual({ version: undefined, ...envelope });
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });
});
