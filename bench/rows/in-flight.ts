/** How many publishes wait for their acknowledgement at a time. */
export const inFlight = 256;

/** Does something once for each number below `count`, so many at a time. */
export const manyInFlight = async (
  count: number,
  run: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
};
