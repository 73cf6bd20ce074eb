import { describe, expect, it } from 'vitest';
import { inboxPrefixOf, isAtLeast, oldestServer } from '../../../../src/infra/nats/connect.ts';

describe('the version of a server', () => {
  it('is enough when it is the oldest supported or newer', () => {
    for (const version of ['2.14.3', '2.14.10', '2.15.0', '2.15.0-RC.1', '3.0.0', 'v2.15.1']) {
      expect(isAtLeast(version, oldestServer)).toBe(true);
    }
  });

  it('is compared by numbers, not by letters', () => {
    expect(isAtLeast('2.9.25', '2.14.3')).toBe(false);
    expect(isAtLeast('2.100.0', '2.14.3')).toBe(true);
    expect(isAtLeast('10.0.0', '2.14.3')).toBe(true);
  });

  it('is not enough when it is older', () => {
    for (const version of ['2.14.2', '2.13.99', '2.10.0', '1.99.99', '0.0.0']) {
      expect(isAtLeast(version, oldestServer)).toBe(false);
    }
  });

  it('is not enough when nobody can read it', () => {
    for (const version of ['', 'unknown', '2.14', 'x2.15.0', '2.x.0']) {
      expect(isAtLeast(version, oldestServer)).toBe(false);
    }
  });
});

describe('the prefix of inboxes', () => {
  it('is a plain token, whatever the name', () => {
    for (const name of ['cart', 'a b', 'x.>', '*', 'line\r\nPUB x 1']) {
      expect(inboxPrefixOf(name)).toMatch(/^_INBOX_[A-Za-z0-9_-]+$/);
    }
  });
});
