import { type Msg, type NatsConnection, NatsError, type Service, type ServiceMsg } from 'nats';
import { type QueryContract, querySubject } from '../../contracts/define-query.ts';
import { sayIssues } from '../../contracts/say-issues.ts';
import { BusUnavailable, QueryFailed } from '../pipeline/errors.ts';
import type { Answerer, QueryClient } from '../pipeline/ports.ts';
import { clientFailure } from './errors.ts';

const timeout = 3_000;
const stopMs = 2_000;
/** A service that was refused asks again so soon. */
const againMs = 2_000;
const errorHeader = { code: 'Nats-Service-Error-Code', text: 'Nats-Service-Error' } as const;
const invalidQuestion = 400;

/**
 * Answers queries as one of a queue group: the broker picks a replica for each question.
 *
 * A NATS service, so that `nats micro ls` shows who answers what.
 */
export const serveQueries = async (
  connection: NatsConnection,
  service: string,
  queries: ReadonlyMap<string, Answerer>,
): Promise<AsyncDisposable> => {
  let served = await addService(connection, service, queries);
  let isOver = false;
  const keep = async (): Promise<void> => {
    for (;;) {
      await served.stopped;
      await new Promise((resolve) => setTimeout(resolve, againMs).unref());
      if (isOver || connection.isClosed()) return;
      served = await addService(connection, service, queries);
    }
  };
  // Ended by the client when the broker does not permit one of its subjects any more.
  void keep().catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      if (connection.isClosed()) return;
      // A broker that does not answer must not hold up the rest of a stop.
      await Promise.race([served.stop(), new Promise((resolve) => setTimeout(resolve, stopMs))]);
    },
  };
};

const addService = async (
  connection: NatsConnection,
  service: string,
  queries: ReadonlyMap<string, Answerer>,
): Promise<Service> => {
  const served = await connection.services.add({
    name: `millrace-${service}`,
    version: '1.0.0',
    queue: service,
  });
  for (const [name, answer] of queries) {
    served.addEndpoint(name.replace('.', '_'), {
      subject: querySubject({ name }),
      handler: (error, message) => {
        if (!error) void reply(message, answer);
      },
    });
  }
  return served;
};

const reply = async (message: ServiceMsg, answer: Answerer): Promise<void> => {
  try {
    message.respond(JSON.stringify((await answer(readQuestion(message))) ?? null));
  } catch (error) {
    const isTheirs = error instanceof QueryFailed && error.reason === 'invalid-question';
    const text = error instanceof Error ? error.message : String(error);
    message.respondError(isTheirs ? invalidQuestion : 500, text.replace(/[^\x20-\x7e]+/g, ' '));
  }
};

const readQuestion = (message: ServiceMsg): unknown => {
  try {
    return message.json();
  } catch {
    throw new QueryFailed('invalid-question', 'the question is not JSON');
  }
};

/** An answer that is no JSON breaks every contract. */
const parseJson = (message: Msg): unknown => {
  try {
    return message.json();
  } catch {
    return undefined;
  }
};

/** Asks any replica that answers. */
export class NatsQueries implements QueryClient {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async ask<Question, Answer>(
    query: QueryContract<Question, Answer>,
    question: NoInfer<Question>,
  ): Promise<Answer> {
    const asked = query.question.safeParse(question);
    if (!asked.success) {
      throw new QueryFailed('invalid-question', `${query.name}: ${sayIssues(asked.error)}`);
    }
    const message = await this.#request(querySubject(query), JSON.stringify(asked.data));
    const code = message.headers?.get(errorHeader.code);
    if (code) {
      const text = message.headers?.get(errorHeader.text) ?? 'failed';
      throw new QueryFailed(Number(code) === invalidQuestion ? 'invalid-question' : 'failed', text);
    }
    const answer = query.answer.safeParse(parseJson(message));
    if (answer.success) return answer.data;
    throw new QueryFailed('failed', `${query.name}: the answer: ${sayIssues(answer.error)}`);
  }

  async #request(subject: string, body: string) {
    if (this.#connection.isClosed()) throw new BusUnavailable(`${subject}: not connected`);
    try {
      return await this.#connection.request(subject, body, { timeout });
    } catch (cause) {
      if (cause instanceof NatsError || cause instanceof Error) throw clientFailure(cause, subject);
      throw cause;
    }
  }
}
