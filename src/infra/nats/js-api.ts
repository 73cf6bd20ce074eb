import type { NatsConnection } from 'nats';
import { type ApiError, clientFailure, refusal } from './errors.ts';

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

  /** Asks; the answer or the error that JetStream stated. @throws BusUnavailable */
  async ask<Answer>(
    subject: string,
    request?: unknown,
  ): Promise<(Answer & { error?: undefined }) | { error: ApiError }> {
    const body = request === undefined ? undefined : JSON.stringify(request);
    try {
      const reply = await this.#connection.request(`$JS.API.${subject}`, body, { timeout: 3000 });
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
}
