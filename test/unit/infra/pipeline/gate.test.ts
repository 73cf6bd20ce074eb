import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Gate } from '../../../../src/infra/pipeline/gate.ts';

/** A gate, and a visitor that stays inside until told to leave. */
const newGate = () => {
  const gate = new Gate();
  const inside: string[] = [];
  const visit = (name: string, how: 'shared' | 'alone') => {
    let leave = () => {};
    const stay = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const over = gate[how](async () => {
      inside.push(name);
      await stay;
      inside.splice(inside.indexOf(name), 1);
    });
    return async () => {
      leave();
      await over;
      await turn();
    };
  };
  return { gate, inside, visit };
};

it('lets many through at a time, and one alone only when all are out', async () => {
  const { inside, visit } = newGate();
  const leaveA = visit('a', 'shared');
  const leaveB = visit('b', 'shared');
  const leaveAlone = visit('alone', 'alone');
  await turn();
  expect(inside).toEqual(['a', 'b']);

  await leaveA();
  expect(inside).toEqual(['b']);
  await leaveB();
  expect(inside).toEqual(['alone']);

  await leaveAlone();
  expect(inside).toEqual([]);
});

it('lets nobody pass whoever waits to be alone', async () => {
  const { inside, visit } = newGate();
  const leaveA = visit('a', 'shared');
  const leaveAlone = visit('alone', 'alone');
  const leaveC = visit('c', 'shared');
  const leaveD = visit('d', 'shared');
  await turn();
  expect(inside).toEqual(['a']);

  await leaveA();
  expect(inside).toEqual(['alone']);
  await leaveAlone();
  expect(inside).toEqual(['c', 'd']);
  await leaveC();
  await leaveD();
});

it('is open again after somebody failed inside', async () => {
  const { gate } = newGate();

  await expect(gate.alone(() => Promise.reject(new Error('x')))).rejects.toThrow('x');

  await expect(gate.shared(async () => 'in')).resolves.toBe('in');
  await expect(gate.alone(async () => 'in')).resolves.toBe('in');
});
