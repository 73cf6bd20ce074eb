import type { Envelope } from '../../contracts/envelope.ts';

/** Stands for the part of a chain that cannot be told from the ids. */
const unknownPart = '…';

/**
 * The ids of the events that led to one, from the first of all to itself.
 *
 * Each id begins with that of its cause: a fact's is `<cause>.<index>`, that of what a reaction asks
 * `<cause>.<name>.<key token>`, with a number behind it when it asks a key for several things. Where
 * ids grew too long and were hashed, or a producer chose others, what lies between is not known.
 */
export const chainOf = ({
  id,
  correlationId: first,
  causationId: cause,
}: Pick<Envelope, 'id' | 'correlationId' | 'causationId'>): readonly string[] => {
  if (id === first) return [id];
  if (cause === undefined || cause === first) return [first, id];
  // What has an index is a fact, so its cause was a request.
  const isFact = id.startsWith(`${cause}.`) && isNumber(id.slice(cause.length + 1));
  return [...(linksBetween(first, cause, isFact) ?? [first, unknownPart, cause]), id];
};

/** Every id from the first to the last; nothing when they do not follow from each other. */
const linksBetween = (
  first: string,
  last: string,
  lastIsRequest: boolean,
): string[] | undefined => {
  if (!last.startsWith(`${first}.`)) return undefined;
  const parts = last.slice(first.length + 1).split('.');
  const chain = [first];
  for (let at = 0, id = first; at < parts.length; ) {
    const taken = isNumber(parts[at]) ? 1 : lengthOfRequest(parts.slice(at), lastIsRequest);
    if (at + taken > parts.length) return undefined;
    id = `${id}.${parts.slice(at, at + taken).join('.')}`;
    chain.push(id);
    at += taken;
  }
  return chain;
};

const isNumber = (part: string | undefined): boolean => part !== undefined && /^\d+$/.test(part);

/** A name and a key; then a number if what comes behind that is the index of a fact, or the end. */
const lengthOfRequest = (parts: readonly string[], lastIsRequest: boolean): 2 | 3 => {
  const isNumbered = isNumber(parts[3]) || (lastIsRequest && parts.length === 3);
  return isNumber(parts[2]) && isNumbered ? 3 : 2;
};
