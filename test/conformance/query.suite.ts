import { describe, expect, it } from 'vitest';
import { BusUnavailable, QueryFailed } from '../../src/infra/pipeline/errors.ts';
import type { Answerer } from '../../src/infra/pipeline/ports.ts';
import { type OpenBus, World } from './bus-under-test.ts';

const twice: Answerer = async (question) => {
  const { n } = question as { n: number };
  return { twice: 2 * n };
};

const serve = (world: World, answerer: Answerer) =>
  world.bus.serve(world.stream.service, new Map([[world.contracts.Double.name, answerer]]));

/** Questions and answers. */
export const querySuite = (open: OpenBus): void => {
  describe('asking', () => {
    it('brings a question to who answers it, and the answer back', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, twice);

      expect(await world.bus.queries.ask(world.contracts.Double, { n: 21 })).toEqual({ twice: 42 });
    });

    it('refuses a question that breaks its contract, before anybody is asked', async () => {
      await using world = await World.open(open);
      let asked = 0;
      await using _serving = await serve(world, async (question) => {
        asked++;
        return twice(question);
      });

      const refused = world.bus.queries.ask(world.contracts.Double, { n: 0.5 });

      await expect(refused).rejects.toThrow(QueryFailed);
      await expect(refused).rejects.toMatchObject({ reason: 'invalid-question' });
      expect(asked).toBe(0);
    });

    it('says so when the answerer finds the question invalid', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, async () => {
        throw new QueryFailed('invalid-question', 'n: only odd numbers');
      });

      const refused = world.bus.queries.ask(world.contracts.Double, { n: 2 });

      await expect(refused).rejects.toThrow(QueryFailed);
      await expect(refused).rejects.toMatchObject({
        reason: 'invalid-question',
        message: expect.stringContaining('n: only odd numbers'),
      });
    });

    it('fails when the answerer fails', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, async () => {
        throw new Error('Ærø is closed\r\ntoday');
      });

      const failed = world.bus.queries.ask(world.contracts.Double, { n: 2 });

      await expect(failed).rejects.toThrow(QueryFailed);
      await expect(failed).rejects.toMatchObject({ reason: 'failed' });
    });

    it('fails when the answer breaks the contract', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, async () => ({ twice: 'four' }));

      const failed = world.bus.queries.ask(world.contracts.Double, { n: 2 });

      await expect(failed).rejects.toThrow(QueryFailed);
      await expect(failed).rejects.toMatchObject({ reason: 'failed' });
    });

    it('fails when the answerer has nothing to say', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, async () => undefined);

      const failed = world.bus.queries.ask(world.contracts.Double, { n: 2 });

      await expect(failed).rejects.toMatchObject({ name: 'QueryFailed', reason: 'failed' });
    });

    it('is unavailable when nobody answers', async () => {
      await using world = await World.open(open);

      const lost = world.bus.queries.ask(world.contracts.Double, { n: 2 });

      await expect(lost).rejects.toThrow(BusUnavailable);
    });

    it('is unavailable when no answer comes in time', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, () => new Promise(() => {}));
      let outcome: unknown;

      void world.bus.queries.ask(world.contracts.Double, { n: 2 }).catch((error: unknown) => {
        outcome = error;
      });

      await world.eventually(() => expect(outcome).toBeInstanceOf(BusUnavailable));
    });

    it('asks all who answer, each question one of them', async () => {
      await using world = await World.open(open);
      const asked = [0, 0];
      const counting =
        (who: number): Answerer =>
        async (question) => {
          asked[who]!++;
          return twice(question);
        };
      await using _first = await serve(world, counting(0));
      await using _second = await serve(world, counting(1));

      for (let n = 0; n < 60; n++) await world.bus.queries.ask(world.contracts.Double, { n });

      expect(asked[0]! + asked[1]!).toBe(60);
      expect(Math.min(...asked)).toBeGreaterThan(0);
    });

    it('asks nobody who has ended to answer', async () => {
      await using world = await World.open(open);
      await using _staying = await serve(world, twice);
      const leaving = await serve(world, async () => ({ twice: -1 }));

      await leaving[Symbol.asyncDispose]();

      for (let n = 0; n < 20; n++) {
        const answer = await world.bus.queries.ask(world.contracts.Double, { n });
        expect(answer).toEqual({ twice: 2 * n });
      }
    });

    it('answers many questions at once', async () => {
      await using world = await World.open(open);
      await using _serving = await serve(world, twice);
      const numbers = Array.from({ length: 50 }, (_, n) => n);

      const answers = await Promise.all(
        numbers.map((n) => world.bus.queries.ask(world.contracts.Double, { n })),
      );

      expect(answers).toEqual(numbers.map((n) => ({ twice: 2 * n })));
    });
  });
};
