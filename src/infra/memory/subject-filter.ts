/** Says whether a subject falls under a filter. */
export type SubjectFilter = (subject: string) => boolean;

/** Reads a filter as NATS does: `*` stands for one token, `>` at the end for one or more. */
export const subjectFilter = (filter: string): SubjectFilter => {
  const tokens = filter.split('.');
  const isOpen = tokens.at(-1) === '>';
  const wanted = isOpen ? tokens.slice(0, -1) : tokens;
  if (!wanted.includes('*')) {
    const prefix = `${wanted.join('.')}.`;
    return isOpen ? (subject) => subject.startsWith(prefix) : (subject) => subject === filter;
  }
  return (subject) => {
    const found = subject.split('.');
    const hasLength = isOpen ? found.length > wanted.length : found.length === wanted.length;
    return hasLength && wanted.every((token, index) => token === '*' || token === found[index]);
  };
};

/** A filter that lets pass what any of several lets pass. */
export const anyOf = (filters: readonly string[]): SubjectFilter => {
  const all = filters.map(subjectFilter);
  return (subject) => all.some((matches) => matches(subject));
};
