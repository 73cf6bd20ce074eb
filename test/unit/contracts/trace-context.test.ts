import { expect, it } from 'vitest';
import { isUnsampled, readTraceParent } from '../../../src/contracts/trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

it('says which traces nobody records, as reading the whole does', () => {
  for (const id of [traceId, `0${traceId.slice(1)}`, `${traceId.slice(1)}0`]) {
    for (const span of [spanId, `f${spanId.slice(1)}`]) {
      for (const flags of ['00', '01', '02', '03', '10', 'fe', 'ff']) {
        const text = `00-${id}-${span}-${flags}`;
        expect([text, isUnsampled(text)]).toEqual([text, !readTraceParent(text)?.isSampled]);
      }
    }
  }
});

it('takes for no trace what the standard does not allow', () => {
  const wrong = [
    '',
    '00',
    `00-${'0'.repeat(32)}-${spanId}-00`,
    `00-${traceId}-${'0'.repeat(16)}-00`,
    `ff-${traceId}-${spanId}-00`,
    `00-${traceId}-${spanId}-0`,
    `00-${traceId}-${spanId}-000`,
    `00-${traceId}_${spanId}-00`,
    `00${traceId}--${spanId}-00`,
  ];
  for (const text of wrong) expect([text, isUnsampled(text)]).toEqual([text, false]);
});
