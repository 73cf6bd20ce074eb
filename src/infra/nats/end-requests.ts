import { ErrorCode, Events, type Msg, type NatsConnection, NatsError } from 'nats';

/**
 * Lets requests end as soon as the connection is a new one, instead of when their time is over.
 *
 * What was sent on the old one, or in between, is gone, or its answer is, and the client tells nobody:
 * after an outage of three seconds a commit was waited for another six. Whoever asked gets the client's
 * error for a lost connection: what became of the request is unknown, as after a time-out.
 */
export const endRequestsWithConnection = (connection: NatsConnection): void => {
  const pending = new Set<(error: NatsError) => void>();
  const request = connection.request.bind(connection);
  connection.request = (...args) =>
    new Promise<Msg>((resolve, reject) => {
      pending.add(reject);
      request(...args)
        .then(resolve, reject)
        .finally(() => pending.delete(reject));
    });
  void endAtReconnects(connection, pending);
};

const endAtReconnects = async (
  connection: NatsConnection,
  pending: ReadonlySet<(error: NatsError) => void>,
): Promise<void> => {
  for await (const { type } of connection.status()) {
    if (type !== Events.Reconnect) continue;
    for (const end of [...pending]) end(NatsError.errorForCode(ErrorCode.Disconnect));
  }
};
