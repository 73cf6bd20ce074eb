import { describe, expect, it } from 'vitest';
import { checkSubject } from '../../../../src/infra/nats/plain-subject.ts';

describe('a subject to publish on', () => {
  it('is tokens of printable ASCII', () => {
    for (const subject of [
      'cart.add.u1',
      'a',
      'dead.cart.0.add',
      'x.~_-+!"#$%&\'()/:;=?@[\\]^`{|}',
    ]) {
      expect(() => checkSubject(subject)).not.toThrow();
    }
  });

  it('has no wildcard, no space, no control character and no empty token', () => {
    const bad = [
      '',
      '.',
      'a.',
      '.a',
      'a..b',
      'a.*',
      'a.>',
      'a*b',
      'a b',
      'a\tb',
      'a\r\nPUB x 1',
      'a\u0000',
    ];
    for (const subject of [...bad, 'cart.add.Ærø', 'a\u2028b', 'a\u007f']) {
      expect(() => checkSubject(subject)).toThrow(TypeError);
    }
  });
});
