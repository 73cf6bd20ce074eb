import type { Msg, NatsConnection } from 'nats';

/** A broker that refuses a subject is asked for it again so soon. */
const againMs = 2_000;

/** The subjects that a connection needs to hear and the broker refuses. */
const refused = new WeakMap<NatsConnection, Set<string>>();

/** What this connection cannot hear although it asked to, because it is not permitted now. */
export const unheardBy = (connection: NatsConnection): readonly string[] => [
  ...(refused.get(connection) ?? []),
];

const unheard = (connection: NatsConnection): Set<string> => {
  const known = refused.get(connection) ?? new Set();
  refused.set(connection, known);
  return known;
};

/**
 * Hears a subject until the returned function is called, also over a time when the broker does not
 * permit it: the client drops such a subscription for good, and tells only whoever made it.
 */
export const hearForGood = (
  connection: NatsConnection,
  subject: string,
  take: (message: Msg) => void,
): (() => void) => {
  const name = nameOf(subject);
  let end = () => {};
  let isOver = false;
  const begin = (): void => {
    if (isOver || connection.isClosed()) return;
    let isRefused = false;
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (!error) return take(message);
        isRefused = true;
        unheard(connection).add(name);
        const timer = setTimeout(begin, againMs);
        end = () => clearTimeout(timer);
      },
    });
    end = () => subscription.unsubscribe();
    // A refusal comes before the answer to what was sent after the subscription.
    if (!unheardBy(connection).includes(name)) return;
    void connection.flush().then(
      () => isRefused || unheard(connection).delete(name),
      () => undefined,
    );
  };
  begin();
  return () => {
    isOver = true;
    end();
    refused.get(connection)?.delete(name);
  };
};

/** An inbox by whose it is: the rest of it is random. */
const nameOf = (subject: string): string => subject.replace(/^(_INBOX_[^.]+)\..*$/, '$1.>');
