import type { Msg, NatsConnection } from 'nats';
import { askAgain, mayBeAskedAgain, patienceFor } from './ask-again.ts';
import { type ApiError, clientFailure, refusal } from './errors.ts';

const timeout = 3_000;

/**
 * The JSON API of JetStream on `$JS.API.…`: what the client has no words for is asked here by hand.
 *
 * Unknown fields are errors on the server's side, so a spelling mistake never passes in silence.
 */
export class JsApi {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /**
   * Asks; the answer or the error that JetStream stated. Waits at most 3 s, 6 s for a list of consumers;
   * what only reads is asked again meanwhile.
   *
   * @throws BusUnavailable
   */
  async ask<Answer>(
    subject: string,
    request?: unknown,
  ): Promise<(Answer & { error?: undefined }) | { error: ApiError }> {
    const body = request === undefined ? undefined : JSON.stringify(request);
    try {
      const reply = await this.#send(subject, body);
      return reply.json<(Answer & { error?: undefined }) | { error: ApiError }>();
    } catch (cause) {
      throw clientFailure(cause, subject);
    }
  }

  /** Asks for what must be there. @throws BusUnavailable, BusRefused */
  async get<Answer>(subject: string, request?: unknown): Promise<Answer> {
    const answer = await this.ask<Answer>(subject, request);
    if (answer.error) throw refusal(answer.error, subject);
    return answer;
  }

  #send(subject: string, body: string | undefined): Promise<Msg> {
    const whole = `$JS.API.${subject}`;
    return mayBeAskedAgain(subject)
      ? askAgain(this.#connection, whole, body, patienceFor(subject))
      : this.#connection.request(whole, body, { timeout });
  }
}
