const token = '[!-)+-\\-/-=?-~]+';
const plain = new RegExp(`^${token}(\\.${token})*$`);

/**
 * Checks a subject that is to be published on. @throws TypeError unless its tokens are printable
 * ASCII without wildcards
 *
 * The client writes any subject to the wire as it is, where a line break begins a new command.
 */
export const checkSubject = (subject: string): void => {
  if (!plain.test(subject)) throw new TypeError(`not a plain subject: ${JSON.stringify(subject)}`);
};
