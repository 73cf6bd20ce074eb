import type { Entry } from './entry.ts';

/** An event and those after it under the same id. */
export const chainOf = (first: Entry | undefined): Entry[] => {
  const chain: Entry[] = [];
  for (let entry = first; entry; entry = entry.again) chain.push(entry);
  return chain;
};

/** The entry at a sequence, among entries in ascending order. */
export const entryAt = (entries: readonly Entry[], sequence: number): Entry | undefined => {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.sequence ?? 0) < sequence) low = middle + 1;
    else high = middle;
  }
  return entries[low]?.sequence === sequence ? entries[low] : undefined;
};

/** The bit that stands for a fact of an event, by the index at the end of its id. */
export const bitOf = (factId: string): number => {
  const index = Number(lastToken(factId));
  return 1 << (index >= 0 && index < 31 ? index : 31);
};

/** What stands behind the last dot. */
export const lastToken = (text: string): string => text.slice(text.lastIndexOf('.') + 1);

/** Headers carry what is not printable ASCII percent-encoded. */
export const decoded = (value = ''): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/** The facts of a key's events lie in the order of the events; a repeat may be the one that had them. */
export const noteOrder = (entry: Entry, chain: readonly Entry[]): void => {
  const { key } = entry;
  if (!key) return;
  const last = chain.findLast((other) => other.key === key) ?? entry;
  if (last.sequence < key.lastCause) entry.isDisordered = true;
  key.lastCause = Math.max(key.lastCause, entry.sequence);
};
