import { hash } from 'node:crypto';
import { z } from 'zod';

/** How many ids a state remembers: the same event under another sequence is recognised for so long. */
export const rememberedCauses = 128;

/**
 * The ids of the last events applied, oldest first: of each its {@link markOf | mark}, one behind the
 * other. At most {@link rememberedCauses}.
 *
 * One string, because it is searched and written with every commit of its key: an array of strings
 * was searched twenty times as long (`docs/performance.md`, state and facts).
 */
export type Causes = string;

/** Of base64url, so 72 bits: of a key's last events two differ in them. */
const markLength = 12;

export const noCauses: Causes = '';

/** What is remembered of an id: the first characters of its SHA-1, which nobody can choose. */
export const markOf = (id: string): string => hash('sha1', id, 'base64url').slice(0, markLength);

/** With one more mark; the oldest is forgotten when there are too many. */
export const withCause = (causes: Causes, mark: string): Causes =>
  countOf(causes) < rememberedCauses ? causes + mark : causes.slice(markLength) + mark;

/** True when a mark is among them. */
export const hasCause = (causes: Causes, mark: string): boolean => {
  // A mark may also be found across two others.
  for (let at = causes.indexOf(mark); at !== -1; at = causes.indexOf(mark, at + 1)) {
    if (at % markLength === 0) return true;
  }
  return false;
};

/** How many there are. */
export const countOf = (causes: Causes): number => causes.length / markLength;

/** Each of them, oldest first. */
export const marksOf = (causes: Causes): string[] =>
  Array.from({ length: countOf(causes) }, (_, index) =>
    causes.slice(index * markLength, (index + 1) * markLength),
  );

/** Older records have a list: short ids as they are, of long ones `#` and 16 characters of the same hash. */
const markOfOlder = (listed: string): string =>
  listed.length === 17 && listed.startsWith('#') ? listed.slice(1, 1 + markLength) : markOf(listed);

/** Of characters that JSON writes as they are, so that a record is written without looking at them. */
const rowOfMarks = /^[\w-]*$/;

/** Reads them from a record's JSON, of older versions too. */
export const causesSchema = z.union([
  z
    .string()
    .refine(
      (causes) => Number.isInteger(countOf(causes)) && rowOfMarks.test(causes),
      'not a row of marks',
    ),
  z.array(z.string()).transform((listed) => listed.map(markOfOlder).join('')),
]);
