import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Envelope, readEnvelope, writeHeaders } from '../../../src/contracts/envelope.ts';
import { readUsualHeaders } from '../../../src/contracts/usual-headers.ts';

const defaults = { id: 'x', type: 'x.y', source: 'x', time: '2026-01-01T00:00:00.000Z' };
const body = new TextEncoder().encode('{}');

const linesOf = (headers: Readonly<Record<string, string>>): string =>
  `NATS/1.0\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** Reads lines name by name, as is done for every layout but the usual one. */
const readByName = (lines: string): Envelope => {
  const headers = new Map(
    lines
      .split('\r\n')
      .slice(1)
      .filter((line) => line.includes(':'))
      .map((line) => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 1).trim() || undefined,
      ]),
  );
  return readEnvelope((name) => headers.get(name), body, defaults).envelope;
};

const name = fc.stringMatching(/^[a-z0-9-]{1,20}\.[a-z0-9-]{1,20}$/);
const text = fc.oneof(
  { weight: 9, arbitrary: fc.stringMatching(/^[!#$&-~]{1,60}$/) },
  fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
);
const envelope: fc.Arbitrary<Envelope> = fc.record({
  id: text,
  type: name,
  source: text,
  time: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  version: fc.option(fc.integer({ min: 1, max: 999_999_999 }), { nil: undefined }),
  correlationId: text,
  causationId: fc.option(text, { nil: undefined }),
  traceparent: fc.option(fc.stringMatching(/^[0-9a-f-]{1,55}$/), { nil: undefined }),
  tracestate: fc.option(fc.stringMatching(/^[a-z=]{1,20}$/), { nil: undefined }),
});

describe('the usual layout of headers', () => {
  it('is read as it is name by name, or not at all', () => {
    const plain = /^[!#-~]+$/;
    let read = 0;
    fc.assert(
      fc.property(envelope, (written) => {
        const lines = linesOf(writeHeaders(written));
        const usual = readUsualHeaders(lines);
        if (usual) expect(usual).toEqual(readByName(lines));
        if (usual) read++;
        const texts = [written.id, written.source, written.correlationId, written.causationId];
        const isPlain = texts.every((one) => one === undefined || plain.test(one));
        if (isPlain && !texts.join('').includes('%') && !written.tracestate && isYear(written)) {
          expect(usual).toBeDefined();
        }
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('is read whatever the broker adds before and after', () => {
    const headers = writeHeaders({ ...defaults, correlationId: 'c', version: 2 });
    const lines = linesOf({ 'Nats-Msg-Id': 'x', ...headers, 'Nats-Pin-Id': 'p' });

    expect(readUsualHeaders(lines)).toEqual({ ...defaults, correlationId: 'c', version: 2 });
  });

  it.each([
    ['a time that is none', { 'ce-time': '2026-02-31T25:00:00Z' }],
    ['a version that is none', { 'ce-dataversion': '0' }],
    ['another spec', { 'ce-specversion': '0.3' }],
    ['a structured event', { 'content-type': 'application/cloudevents+json' }],
    ['something to decode', { 'ce-id': 'a%20b' }],
    ['an id that is too long', { 'ce-id': 'x'.repeat(257) }],
    ['an id with a space', { 'ce-id': 'a b' }],
    ['a header besides', { 'x-other': '1' }],
  ])('is left to be read name by name: %s', (_what, changed) => {
    const headers = writeHeaders({ ...defaults, correlationId: 'c', version: 2 });

    expect(readUsualHeaders(linesOf({ ...headers, ...changed }))).toBeUndefined();
  });
});

/** Years of more than four digits are no RFC 3339. */
const isYear = ({ time }: Envelope): boolean => /^\d{4}-/.test(time);
