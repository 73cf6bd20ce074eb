import type { z } from 'zod';
import { type QueryContract, querySubject } from '../../contracts/define-query.ts';
import { sayIssues } from '../../contracts/say-issues.ts';
import type { Clock } from '../pipeline/clock.ts';
import { BusUnavailable, QueryFailed } from '../pipeline/errors.ts';
import type { Answerer, QueryClient } from '../pipeline/ports.ts';

/** Brings questions to those who answer them, in turn, as JSON: as if there were a wire between. */
export class MemoryQueries implements QueryClient {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #answerers = new Map<string, Answerer[]>();

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Answers too, until the result is disposed of. */
  serve(queries: ReadonlyMap<string, Answerer>): AsyncDisposable {
    const served = [...queries].map(([name, answerer]) => ({
      subject: querySubject({ name }),
      // A function of its own, so that serving the same one twice is two.
      answerer: (question: unknown) => answerer(question),
    }));
    for (const { subject, answerer } of served) this.#of(subject).push(answerer);
    return {
      [Symbol.asyncDispose]: async () => {
        for (const { subject, answerer } of served) {
          this.#answerers.set(
            subject,
            this.#of(subject).filter((other) => other !== answerer),
          );
        }
      },
    };
  }

  async ask<Question, Answer>(
    query: QueryContract<Question, Answer>,
    question: NoInfer<Question>,
  ): Promise<Answer> {
    const asked = query.question.safeParse(question);
    if (!asked.success) throw new QueryFailed('invalid-question', explain(query, asked.error));
    const answerers = this.#of(querySubject(query));
    const answerer = answerers.shift();
    if (!answerer) throw new BusUnavailable(`${query.name}: nobody answers`);
    answerers.push(answerer);
    const answer = await this.#inTime(query.name, () => answerer(overTheWire(asked.data)));
    const told = query.answer.safeParse(overTheWire(answer));
    if (!told.success) throw new QueryFailed('failed', explain(query, told.error));
    return told.data;
  }

  #of(subject: string): Answerer[] {
    const answerers = this.#answerers.get(subject) ?? [];
    this.#answerers.set(subject, answerers);
    return answerers;
  }

  #inTime(name: string, answer: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#timeoutMs, () =>
        reject(new BusUnavailable(`${name}: no answer within ${this.#timeoutMs} ms`)),
      );
      // In a turn of its own: no answerer runs on the asker's stack.
      const answered = Promise.resolve().then(answer);
      answered.then(resolve, (error) => reject(failure(name, error))).finally(cancel);
    });
  }
}

const failure = (name: string, error: unknown): QueryFailed =>
  error instanceof QueryFailed
    ? error
    : new QueryFailed('failed', `${name}: ${error instanceof Error ? error.message : error}`);

const explain = ({ name }: QueryContract, error: z.ZodError): string =>
  `${name}: ${sayIssues(error)}`;

const overTheWire = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
