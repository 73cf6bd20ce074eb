import { ErrorCode, type Msg, type NatsConnection, NatsError } from 'nats';
import { expect, it } from 'vitest';
import { JsApi } from '../../../../src/infra/nats/js-api.ts';
import { NatsRoll } from '../../../../src/infra/nats/roll.ts';

it('ends a call whose answers the broker does not let through, without throwing at the client', async () => {
  const calls: ((error: NatsError | null, message: Msg) => void)[] = [];
  const connection = {
    isClosed: () => false,
    publish: () => {},
    subscribe: (_inbox: string, { callback }: { callback: (typeof calls)[number] }) => {
      calls.push(callback);
      return { unsubscribe: () => {} };
    },
  } as unknown as NatsConnection;
  const roll = new NatsRoll({
    ...{ connection, api: new JsApi(connection), inboxPrefix: '_INBOX_t', member: 't' },
  });
  const calling = roll.call('cart', 20_000);

  // The client hands on nothing with an error.
  calls[0]?.(NatsError.errorForCode(ErrorCode.PermissionsViolation), {} as Msg);

  expect(await calling).toEqual([]);
});
