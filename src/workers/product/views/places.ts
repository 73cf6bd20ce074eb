import type { Listed } from './name-order.ts';

/** The products at some places of a list, in its order, each once. Numbers sort much faster than products. */
export const inOrder = (places: readonly number[], list: readonly Listed[]): Listed[] => {
  const found: Listed[] = [];
  let last = -1;
  for (const place of Uint32Array.from(places).sort()) {
    const listed = list[place];
    if (place !== last && listed) found.push(listed);
    last = place;
  }
  return found;
};
