/** What a page answers. */
export interface PageAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Besides the content type; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers GET and HEAD below a path that is its own; told the whole path, without the query. */
export type Page = (path: string) => PageAnswer | Promise<PageAnswer>;

/** Pages that a process shows besides those that every process has, by the first part of their path. */
export type Pages = ReadonlyMap<string, Page>;
