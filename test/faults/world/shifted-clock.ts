/** Preloaded into a worker: its clock jumps every two seconds, and only the monotonic one goes on. */
const hour = 3_600_000;
const shifts = [0, hour, -hour, 24 * hour, -30_000, 30_000];
const everyMs = 2_000;

const RealDate = Date;
const bornAt = performance.now() - (process.pid % everyMs);

const now = (): number => {
  const turn = Math.floor((performance.now() - bornAt) / everyMs);
  return RealDate.now() + (shifts[turn % shifts.length] ?? 0);
};

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], made) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
