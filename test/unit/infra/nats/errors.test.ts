import { ErrorCode, NatsError } from 'nats';
import { describe, expect, it } from 'vitest';
import { clientFailure, isStale, refusal } from '../../../../src/infra/nats/errors.ts';
import { BusRefused, BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';

const api = (code: number, err_code?: number) => ({
  code,
  description: 'no',
  ...(err_code === undefined ? {} : { err_code }),
});
const client = (code: ErrorCode) => clientFailure(new NatsError('no', code), 'publish x');

describe('what the broker refuses', () => {
  it('is stale where a guard was missed or the outcome is open', () => {
    for (const code of [10071, 10158, 10164, 10176, 10201])
      expect(isStale(api(400, code))).toBe(true);
    for (const code of [10077, 10054, 10059, undefined])
      expect(isStale(api(400, code))).toBe(false);
  });

  it('can never be accepted when it is too large, and may be later otherwise', () => {
    expect(refusal(api(400, 10054), 'x')).toMatchObject({ name: 'BusRefused', lasting: true });
    expect(refusal(api(400, 10097), 'x')).toMatchObject({ name: 'BusRefused', lasting: true });
    expect(refusal(api(400, 10199), 'x')).toMatchObject({ name: 'BusRefused', lasting: true });
    expect(refusal(api(503, 10077), 'x')).toMatchObject({ name: 'BusRefused', lasting: false });
    expect(refusal(api(503, 10023), 'x')).toMatchObject({ name: 'BusRefused', lasting: false });
  });

  it('may pass while the same message is under way, or too many are', () => {
    for (const code of [10158, 10167])
      expect(refusal(api(400, code), 'x')).toBeInstanceOf(BusUnavailable);
  });

  it('is unavailable when nobody is there', () => {
    expect(refusal(api(503), 'x')).toBeInstanceOf(BusUnavailable);
  });

  it('says what was asked, what the broker said and its code', () => {
    expect(refusal(api(400, 10077), 'commit to CART').message).toBe('commit to CART: no (10077)');
  });
});

describe('what the client throws', () => {
  it('may pass when there was no answer or nobody there', () => {
    const codes = [ErrorCode.Timeout, ErrorCode.NoResponders, ErrorCode.ConnectionClosed];
    for (const code of codes) expect(client(code)).toBeInstanceOf(BusUnavailable);
    expect(clientFailure(new Error('socket'), 'x')).toBeInstanceOf(BusUnavailable);
    expect(clientFailure('text', 'x')).toBeInstanceOf(BusUnavailable);
  });

  it('can never be accepted when it cannot even be sent', () => {
    const lasting = [
      client(ErrorCode.MaxPayloadExceeded),
      client(ErrorCode.BadHeader),
      clientFailure(new TypeError('malformed header'), 'x'),
    ];
    for (const error of lasting) expect(error).toMatchObject({ name: 'BusRefused', lasting: true });
  });

  it('is refused for now when permission is missing', () => {
    const error = client(ErrorCode.PermissionsViolation);

    expect(error).toBeInstanceOf(BusRefused);
    expect(error).toMatchObject({ lasting: false });
  });

  it('keeps its cause', () => {
    const cause = new Error('socket');

    expect(clientFailure(cause, 'x').cause).toBe(cause);
  });
});
