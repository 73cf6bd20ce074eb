import type { JsMsg } from 'nats';
import type { Row, RowRun } from '../row.ts';
import { bareConsumer, pullSize } from './bare-consumer.ts';
import { envelopeHeaders } from './reading-headers.ts';
import { usualWork } from './usual-work.ts';

/** Does the usual work out of the client's callback, after a look at each message. */
const workInCallback = async (
  { url, measurement }: RowRun,
  durable: string,
  look: (message: JsMsg) => void,
): Promise<void> => {
  const work = usualWork();
  await using bare = await bareConsumer(url, durable);
  const messages = await bare.consumer.consume({
    max_messages: pullSize,
    callback: (message) => {
      look(message);
      void work(message.json()).then(() => {
        message.ack();
        measurement.add();
      });
    },
  });
  await measurement.counted;
  await messages.close();
};

export const callbackWork = {
  title: 'client: callback, usual work',
  stream: 'facts',
  does: 'the same work out of a callback, which bounds nothing and keeps no order: the best that a simple loop does',
  run: (run) => workInCallback(run, 'callback-work', () => {}),
} as const satisfies Omit<Row, 'base'>;

export const callbackEnvelope = {
  title: 'client: callback, headers, usual work',
  stream: 'facts',
  does: 'the usual work, and the seven headers of the envelope read through the client: as much of an event as Millrace reads, bounded by nothing and in no order',
  run: (run) =>
    workInCallback(run, 'callback-envelope', ({ headers }) => {
      for (const name of envelopeHeaders) if (!headers?.get(name)) throw new Error(`no ${name}`);
    }),
} as const satisfies Omit<Row, 'base'>;
