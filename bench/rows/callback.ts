import type { Row } from '../row.ts';
import { bareConsumer, pullSize } from './bare-consumer.ts';

export const callback = {
  title: 'client: consume callback, ack',
  stream: 'facts',
  does: `the client's consume() with a callback that only acknowledges, ${pullSize} asked for at a time`,
  run: async ({ url, measurement }) => {
    await using bare = await bareConsumer(url, 'callback');
    const messages = await bare.consumer.consume({
      max_messages: pullSize,
      callback: (message) => {
        message.ack();
        measurement.add();
      },
    });
    await measurement.counted;
    await messages.close();
  },
} as const satisfies Omit<Row, 'base'>;
