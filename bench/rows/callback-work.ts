import type { Row } from '../row.ts';
import { bareConsumer, pullSize } from './bare-consumer.ts';
import { usualWork } from './usual-work.ts';

export const callbackWork = {
  title: 'client: callback, usual work',
  stream: 'facts',
  does: 'the same work out of a callback, which bounds nothing and keeps no order: the best that a simple loop does',
  run: async ({ url, measurement }) => {
    const work = usualWork();
    await using bare = await bareConsumer(url, 'callback-work');
    const messages = await bare.consumer.consume({
      max_messages: pullSize,
      callback: (message) => {
        void work(message.json()).then(() => {
          message.ack();
          measurement.add();
        });
      },
    });
    await measurement.counted;
    await messages.close();
  },
} as const satisfies Omit<Row, 'base'>;
