import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../src/contracts/define-event.ts';
import { defineStream } from '../../../src/contracts/streams.ts';
import { type AnyService, defineService } from '../../../src/infra/pipeline/define-service.ts';
import { RetryLater } from '../../../src/infra/pipeline/errors.ts';
import { type Decision, type EventHandler, on } from '../../../src/infra/pipeline/handler.ts';
import { noState } from '../../../src/infra/pipeline/no-state.ts';
import { soon } from '../../support/soon.ts';
import { tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';

const stream = defineStream('sign', 3);
const data = z.object({ key: z.string(), n: z.int() });
type Shown = z.infer<typeof data>;
const SignShow = defineEvent({
  ...{ type: 'sign.show', version: 1, kind: 'request', stream, data },
  key: ({ key }: Shown) => key,
});

let isBroken = true;
const shown: number[] = [];

/** A sign without order, which shows each entry of the till as soon as it can. */
const signOf = ({ till }: ReturnType<typeof tillServices>): AnyService => {
  const { stream: tillStream } = till;
  const TillEntered = defineEvent({
    ...{ type: 'till.entered', version: 1, kind: 'fact', stream: tillStream, data },
    key: ({ key }: Shown) => key,
  });
  class Tell implements EventHandler<Shown> {
    handle({ n }: Shown): Decision {
      if (isBroken) throw new RetryLater(1_500, 'not yet');
      shown.push(n);
      return {};
    }
  }
  class Show implements EventHandler<Shown, null> {
    handle(): Decision<null> {
      return {};
    }
  }
  return defineService({
    ...{ stream, ordering: 'none', state: noState },
    routes: [on(SignShow, Show)],
    reactions: [on(TillEntered, Tell)],
  });
};

let world: TillWorld;

beforeEach(async () => {
  world = await TillWorld.open(4);
});
afterEach(() => world[Symbol.asyncDispose]());

it('is refused while facts wait for their next try at a service without order', {
  timeout: 120_000,
}, async () => {
  const sign = signOf(world.services);
  const services = [...world.all, sign];
  await world.start(world.services.till, sign);
  await world.enter(['a', 'b'], 1);
  await world.drained('till');
  await world.drained('sign');
  await world.stop();

  await expect(world.move(7, { services })).rejects.toThrow(
    /2 facts wait for their next try at sign/,
  );

  isBroken = false;
  await world.start(sign);
  await soon(() => expect(shown).toHaveLength(2));
  await soon(async () => {
    const lags = await world.bus.lagsOf({ ...stream, name: 'SIGN_RETRY' });
    expect(lags).toEqual([expect.objectContaining({ pending: 0, unacknowledged: 0 })]);
  });
  await world.stop();
  await world.start(world.services.board);
  await world.drained('board');
  await world.stop();
  expect((await world.move(7, { services })).kind).toBe('moved');
  world.services = tillServices(7);
  await world.start(world.services.till, world.services.board, signOf(world.services));
  await world.enter(['a'], 1);
  await soon(() => expect(shown).toHaveLength(3));
});
