import { type ProblemKind, problemKinds } from './problem-kinds.ts';

/** One thing that is wrong in a request, and where. */
export interface FieldProblem {
  readonly in: 'body' | 'path' | 'query' | 'header';
  /** The field's path with dots (`price.amount`); empty for the whole. */
  readonly field: string;
  /** The field's JSON pointer in the body. */
  readonly pointer?: string;
  readonly detail: string;
}

/** What a problem may state beyond its kind. */
export interface ProblemFacts {
  /** @default the kind's usual status */
  readonly status?: number;
  readonly errors?: readonly FieldProblem[];
  /** The event that the problem is about. */
  readonly event?: { readonly id: string; readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown anywhere on the way of a request: the answer is this problem, as RFC 9457 has it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly status: number;
  readonly facts: ProblemFacts;

  constructor(kind: ProblemKind, detail: string, facts: ProblemFacts = {}, options?: ErrorOptions) {
    super(detail, options);
    this.kind = kind;
    this.status = facts.status ?? problemKinds[kind].status;
    this.facts = facts;
  }
}

/** A problem document. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly FieldProblem[];
  readonly event?: { readonly id: string; readonly type: string };
}

/** The document of a problem; `instance` is the path that was asked for, without its query. */
export const documentOf = (problem: Problem, instance: string): ProblemDocument => ({
  type: `/problems/${problem.kind}`,
  title: problemKinds[problem.kind].title,
  status: problem.status,
  detail: problem.message,
  instance,
  ...(problem.facts.errors && { errors: problem.facts.errors }),
  ...(problem.facts.event && { event: problem.facts.event }),
});

/** The media type of problem documents. */
export const problemMediaType = 'application/problem+json';
