import { randomUUID } from 'node:crypto';
import { BusUnavailable } from '../pipeline/errors.ts';
import type { JsApi } from './js-api.ts';

/** What the leader of a consumer says of it. */
export interface ConsumerInfo {
  readonly name: string;
  readonly config: {
    readonly durable_name?: string;
    readonly ack_policy: 'none' | 'all' | 'explicit';
    readonly filter_subject?: string;
    readonly filter_subjects?: readonly string[];
    readonly max_ack_pending?: number;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  readonly delivered: { readonly stream_seq: number };
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_redelivered: number;
  readonly num_waiting: number;
  /** Only of consumers that are given to one client at a time. */
  readonly priority_groups?: readonly { readonly pinned_client_id?: string }[];
}

/** One on a server that is known to be away is listed without a name, and without true figures. */
type ConsumerOrItsSettings = ConsumerInfo | (Pick<ConsumerInfo, 'config'> & { readonly name?: '' });

interface ConsumerPage {
  readonly total: number;
  readonly consumers: readonly ConsumerOrItsSettings[] | null;
  /** Those whose leaders did not answer, the former among them. */
  readonly missing?: readonly string[] | null;
}

/** What a consumer reads; `>` for everything. */
export const filtersOf = ({
  filter_subject,
  filter_subjects,
}: ConsumerInfo['config']): readonly string[] => {
  if (filter_subjects?.length) return filter_subjects;
  return filter_subject ? [filter_subject] : ['>'];
};

/** How the names of followers begin: `follower-…` is never a durable consumer. */
const followerPrefix = 'follower-';

/** A name that no other follower has, by which one that does not answer is known to be no reader of record. */
export const followerName = (): string => `${followerPrefix}${randomUUID().slice(0, 13)}`;

/**
 * Lists the consumers of streams.
 *
 * A follower's consumer is on one server, and is listed as long as that is away. Nobody is behind by
 * it: its process has made another one. So it is left out; but while nobody knows that its server is
 * away, it may only be slow, and is listed as it was seen last. A durable consumer that does not
 * answer makes all unknown.
 */
export class ConsumerLists {
  readonly #api: JsApi;
  /** Of each stream what was listed and is not durable, by its name. */
  readonly #passing = new Map<string, ReadonlyMap<string, ConsumerInfo>>();

  constructor(api: JsApi) {
    this.#api = api;
  }

  /**
   * All consumers of a stream, each as its own leader says, or none at all: half of them would look
   * like a stream that fewer are behind.
   *
   * @throws BusUnavailable also while a durable one of them cannot be asked; BusRefused
   */
  async of(stream: string): Promise<readonly ConsumerInfo[]> {
    const known = this.#passing.get(stream) ?? new Map<string, ConsumerInfo>();
    const found = new Map<string, ConsumerInfo>();
    for (let offset = 0; ; ) {
      const page = await this.#api.get<ConsumerPage>(`CONSUMER.LIST.${stream}`, { offset });
      const { answered, missing, away } = sorted(page);
      const isKnownAway = away.length === missing.length;
      const lost = missing.filter(
        (name) =>
          away.includes(name) ||
          !(isKnownAway || known.has(name) || name.startsWith(followerPrefix)),
      );
      if (lost.length > 0) throw new BusUnavailable(`${stream}: ${lost.join(', ')} do not answer`);
      const slow = isKnownAway ? [] : missing.flatMap((name) => known.get(name) ?? []);
      for (const one of [...answered, ...slow]) found.set(one.name, one);
      const listed = answered.length + missing.length;
      offset += listed;
      if (offset >= page.total) break;
      if (listed === 0) throw new BusUnavailable(`${stream}: not all consumers are listed`);
    }
    const all = [...found.values()];
    const passing = all.filter(({ config }) => config.durable_name === undefined);
    this.#passing.set(stream, new Map(passing.map((one) => [one.name, one])));
    return all;
  }
}

/** What answered; what did not; of that what is known to be on servers that are away, by its durable name. */
const sorted = ({ consumers, missing }: ConsumerPage) => ({
  answered: (consumers ?? []).filter(isAnswer),
  missing: missing ?? [],
  away: (consumers ?? []).filter((one) => !isAnswer(one)).map(({ config }) => config.durable_name),
});

const isAnswer = (one: ConsumerOrItsSettings): one is ConsumerInfo => Boolean(one.name);
