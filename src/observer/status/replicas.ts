import type { ReplicaReport } from '../../infra/pipeline/roll.ts';
import type { ReplicaStatus } from './status-document.ts';

/** For so long a replica is shown that is not there any more. */
const shownGoneMs = 120_000;
/** Who has not answered one call may only be busy. */
const trustedMs = 4_500;

interface Seen {
  readonly status: ReplicaStatus;
  /** When it last answered, and when it last answered or had announced itself; milliseconds since 1970. */
  readonly answeredAt: number;
  readonly there: number;
}

/** The replicas of a service, those among them that do not answer, and those that are gone since a while. */
export class Replicas {
  readonly #seen = new Map<string, Seen>();

  /** @param now milliseconds since 1970 */
  take(
    {
      reports,
      announced,
    }: { readonly reports: readonly ReplicaReport[]; readonly announced: readonly string[] },
    now: number,
  ): void {
    for (const report of reports) {
      this.#seen.set(report.name, { status: statusOf(report), answeredAt: now, there: now });
    }
    for (const name of announced) {
      const { status, answeredAt } = this.#seen.get(name) ?? unknownReplica(name, now);
      this.#seen.set(name, { status, answeredAt, there: now });
    }
    for (const [name, { status, answeredAt, there }] of this.#seen) {
      if (now - there > shownGoneMs) this.#seen.delete(name);
      else if (now - answeredAt > trustedMs) {
        const state = there === now ? silent(status) : gone(status);
        this.#seen.set(name, { status: state, answeredAt, there });
      }
    }
  }

  /** By name, those that are gone last. */
  get status(): readonly ReplicaStatus[] {
    return [...this.#seen.values()]
      .map(({ status }) => status)
      .sort(
        (one, other) =>
          Number(one.state === 'gone') - Number(other.state === 'gone') ||
          one.name.localeCompare(other.name),
      );
  }
}

const statusOf = (report: ReplicaReport): ReplicaStatus => ({
  name: report.name,
  state: report.notReady.length === 0 ? 'ready' : 'not ready',
  why: report.notReady,
  version: report.version,
  startedAt: new Date(report.startedAt).toISOString(),
  inFlight: report.inFlight,
  partitions: report.partitions,
});

const unknownReplica = (name: string, now: number): Seen => ({
  status: {
    ...{ name, state: 'silent', why: [], partitions: {} },
    ...{ version: undefined, startedAt: undefined, inFlight: undefined },
  },
  answeredAt: now,
  there: now,
});

const silent = (status: ReplicaStatus): ReplicaStatus => ({
  ...status,
  state: 'silent',
  why: [],
  inFlight: undefined,
});

const gone = (status: ReplicaStatus): ReplicaStatus => ({
  ...silent(status),
  state: 'gone',
  partitions: {},
});
