import { keys } from '../../bench-events.ts';

/** So many lanes at a time, each with keys of its own, so that no two ever change the same key. */
const inLanes = async (
  events: number,
  lanes: number,
  run: (index: number) => Promise<void>,
): Promise<void> => {
  const lane = async (own: number): Promise<void> => {
    for (let index = 0; index < events; index++) {
      if ((index % keys) % lanes === own) await run(index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, own) => lane(own)));
};

/** The same, and how many milliseconds each took. */
export const timedInLanes = async (
  events: number,
  lanes: number,
  run: (index: number) => Promise<void>,
): Promise<number[]> => {
  const times: number[] = [];
  await inLanes(events, lanes, async (index) => {
    const startedAt = performance.now();
    await run(index);
    times.push(performance.now() - startedAt);
  });
  return times;
};
