import type { Msg, NatsConnection } from 'nats';

/** How long an answer is waited for, and when the question is asked again meanwhile. */
export interface Patience {
  readonly timeoutMs: number;
  /** From its first time. */
  readonly againAfterMs: readonly number[];
}

const usual: Patience = { timeoutMs: 3_000, againAfterMs: [400, 900, 1_500, 2_200] };
/**
 * One server asks all others for what they know, and waits 4 s for one that is dead: whoever waits
 * for less learns nothing while it is. Asked again once only, because each question is as much work.
 */
const gathered: Patience = { timeoutMs: 6_000, againAfterMs: [1_500] };

/** Requests of JetStream's API that only read. */
const onlyReads =
  /^(?:INFO|STREAM\.(?:INFO|LIST|NAMES|MSG\.GET)|CONSUMER\.(?:INFO|LIST|NAMES))(?:\.|$)/;

/** How patiently a question below `$JS.API.` that changes nothing is asked. */
export const patienceFor = (subject: string): Patience =>
  subject.startsWith('CONSUMER.LIST.') ? gathered : usual;

/** True for a subject below `$JS.API.` whose request changes nothing, however often it is asked. */
export const mayBeAskedAgain = (subject: string): boolean => onlyReads.test(subject);

/**
 * Asks, and asks again while no answer comes; the first answer to any of them is the answer.
 *
 * A stream without a leader answers nobody, and a server forgets what it was asked before it leads: who
 * asks once and waits three seconds sleeps through a leader that was elected after one. Earlier
 * questions stay open, so that a slow server is not asked for ever.
 *
 * @throws NatsError of the first question when none is answered within the time
 */
export const askAgain = (
  connection: NatsConnection,
  subject: string,
  body: string | undefined,
  { timeoutMs, againAfterMs }: Patience = usual,
): Promise<Msg> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    let next: NodeJS.Timeout | undefined;
    let times = 0;
    const end = (settle: () => void): void => {
      clearTimeout(next);
      settle();
    };
    const ask = (): void => {
      const isFirst = times === 0;
      const timeout = Math.max(timeoutMs - (performance.now() - started), 1);
      connection.request(subject, body, { timeout }).then(
        (answer) => end(() => resolve(answer)),
        // All of them end at the same time, or with their connection, and say the same.
        (error) => isFirst && end(() => reject(error)),
      );
      const wait = againAfterMs[times++];
      if (wait !== undefined) next = setTimeout(ask, wait - (performance.now() - started));
    };
    ask();
  });
