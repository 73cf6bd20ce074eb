/** Some of what a user of the broker may do, in the broker's words: subjects and wildcards. */
export interface Grant {
  readonly publish?: readonly string[];
  readonly subscribe?: readonly string[];
  /** What it must not publish although a wildcard of `publish` would let it. */
  readonly never?: readonly string[];
  /** It may answer whoever asks it, once. */
  readonly answers?: boolean;
}

/** Subjects of the broker's API. */
export const api = (...ends: readonly string[]): string[] => ends.map((end) => `$JS.API.${end}`);

/** Everything: for the people who look after the broker. */
export const everything: Grant = { publish: ['>'], subscribe: ['>'] };

/** Several grants as one, each subject once, in an order that does not depend on who asked. */
export const together = (grants: readonly Grant[]): Required<Grant> => {
  const all = (part: 'publish' | 'subscribe' | 'never') =>
    [...new Set(grants.flatMap((grant) => grant[part] ?? []))].sort();
  const publish = all('publish');
  return {
    publish,
    subscribe: all('subscribe'),
    // What somebody is granted by its own name is theirs.
    never: all('never').filter((subject) => !publish.includes(subject)),
    answers: grants.some(({ answers }) => answers),
  };
};
