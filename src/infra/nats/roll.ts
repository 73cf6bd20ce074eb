import { createInbox, type Msg, type NatsConnection } from 'nats';
import { BusUnavailable } from '../pipeline/errors.ts';
import { type ReplicaReport, type Roll, replicaReportSchema } from '../pipeline/roll.ts';
import { Bucket } from './bucket.ts';
import { hearForGood } from './hear-for-good.ts';
import type { JsApi } from './js-api.ts';
import { membersBucket } from './members.ts';
import { presenceSubject, somebody } from './presence.ts';

export interface NatsRollOptions {
  readonly connection: NatsConnection;
  readonly api: JsApi;
  readonly inboxPrefix: string;
  /** This process, as it announces itself too. */
  readonly member: string;
}

/**
 * Calls a service by one subject on which each of its processes listens, not only one of them.
 *
 * It takes no address of anybody, and nothing that had to be stored.
 */
export class NatsRoll implements Roll {
  readonly #options: NatsRollOptions;
  readonly #shown = new Set<string>();
  #self: (() => Promise<Omit<ReplicaReport, 'name'>>) | undefined;

  constructor(options: NatsRollOptions) {
    this.#options = options;
  }

  describe(self: () => Promise<Omit<ReplicaReport, 'name'>>): void {
    this.#self = self;
  }

  show(service: string): void {
    if (this.#shown.has(service)) return;
    this.#shown.add(service);
    hearForGood(this.#options.connection, presenceSubject(service, somebody), (message) => {
      void this.#answer(message).catch(() => undefined);
    });
  }

  async call(service: string, withinMs: number): Promise<readonly ReplicaReport[]> {
    const { connection, inboxPrefix } = this.#options;
    if (connection.isClosed()) throw new BusUnavailable('not connected');
    const inbox = createInbox(inboxPrefix);
    const reports: ReplicaReport[] = [];
    await new Promise<void>((resolve) => {
      const subscription = connection.subscribe(inbox, {
        callback: (error, message) => {
          // What comes with an error is no message, and throwing here would deafen the connection.
          if (error) return end();
          const report = reportIn(message);
          if (report) reports.push(report);
          if (message.headers?.code === 503) end();
        },
      });
      const end = (): void => {
        clearTimeout(timer);
        subscription.unsubscribe();
        resolve();
      };
      const timer = setTimeout(end, withinMs);
      connection.publish(presenceSubject(service, somebody), '', { reply: inbox });
    });
    return reports;
  }

  announced(service: string): Promise<readonly string[]> {
    const { connection, api } = this.#options;
    return announcedMembers(connection, api, service);
  }

  async #answer(message: Msg): Promise<void> {
    const self = await this.#self?.();
    message.respond(self ? JSON.stringify({ name: this.#options.member, ...self }) : '');
  }
}

/** The replicas of a service that have announced themselves within the last seconds. */
export const announcedMembers = async (
  connection: NatsConnection,
  api: JsApi,
  service: string,
): Promise<readonly string[]> => {
  const settings = { name: membersBucket, storage: 'memory', replicas: 1 } as const;
  const keys = await new Bucket(connection, api, settings).keys(`${service}.*`);
  return keys.map((key) => key.slice(service.length + 1));
};

/** A process that is still starting says nothing of itself, one of another version something else. */
const reportIn = (message: Msg): ReplicaReport | undefined => {
  if (message.data.length === 0) return undefined;
  try {
    return replicaReportSchema.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
};
