import type { z } from 'zod';

/** What is agreed about one question that a service answers: `query.<service>.<name>`, request and reply. */
export interface QueryContract<Question = unknown, Answer = unknown> {
  /** `<service>.<name>`, for example `cart.get`. */
  readonly name: string;
  readonly question: z.ZodType<Question>;
  readonly answer: z.ZodType<Answer>;
}

/**
 * Declares a question that any replica of a service answers.
 *
 * @throws TypeError when the name is not `<service>.<name>` in lower case.
 */
export const defineQuery = <Question, Answer>(
  definition: QueryContract<Question, Answer>,
): QueryContract<Question, Answer> => {
  if (!/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/.test(definition.name)) {
    throw new TypeError(`query name "${definition.name}" is not "<service>.<lower-case-name>"`);
  }
  return definition;
};

/** The subject on which a service's replicas answer a query. */
export const querySubject = ({ name }: { readonly name: string }): string => `query.${name}`;
