/** How long something was up and down, and how often it failed. */
export interface UpTime {
  readonly upMs: number;
  readonly downMs: number;
  readonly failures: number;
}

/** Up times of the services, and of the system, which is up when all of them are. */
export interface Availability {
  readonly services: ReadonlyMap<string, UpTime>;
  readonly system: UpTime;
}

/** MTBF / (MTBF + MTTR), which is the share of the time that it was up; 1 when it never failed. */
export const availabilityOf = ({ upMs, downMs }: UpTime): number =>
  upMs + downMs === 0 ? 1 : upMs / (upMs + downMs);

/** Mean time between failures and mean time to repair; nothing without a failure. */
export const meanTimes = ({
  upMs,
  downMs,
  failures,
}: UpTime): { readonly betweenMs: number; readonly repairMs: number } | undefined =>
  failures === 0 ? undefined : { betweenMs: upMs / failures, repairMs: downMs / failures };

class Times implements UpTime {
  upMs = 0;
  downMs = 0;
  failures = 0;
  #wasUp = true;

  note(isUp: boolean, ms: number): void {
    if (isUp) this.upMs += ms;
    else this.downMs += ms;
    if (this.#wasUp && !isUp) this.failures++;
    this.#wasUp = isUp;
  }
}

/** Adds up what is seen of the services again and again. */
export class AvailabilityLog implements Availability {
  readonly services: ReadonlyMap<string, Times>;
  readonly system = new Times();

  constructor(services: readonly string[]) {
    this.services = new Map(services.map((service) => [service, new Times()]));
  }

  /** Each service was up, or not, for the milliseconds since it was last seen. */
  note(ups: ReadonlyMap<string, boolean>, ms: number): void {
    for (const [service, times] of this.services) times.note(ups.get(service) ?? false, ms);
    this.system.note(
      [...this.services.keys()].every((service) => ups.get(service)),
      ms,
    );
  }
}
