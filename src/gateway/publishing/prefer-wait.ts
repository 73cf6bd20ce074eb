/**
 * How many seconds the caller is ready to wait for the outcome, from `Prefer: wait=N` (RFC 7240).
 *
 * More than the longest is cut to it; no preference, `wait=0` or one that is no number is ignored.
 */
export const readWaitSeconds = (
  prefer: string | undefined,
  longest: number,
): number | undefined => {
  const [, seconds] =
    /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(prefer ?? '') ?? [];
  const wait = Math.min(Number(seconds ?? 0), longest);
  return wait > 0 ? wait : undefined;
};
