import type { Row } from '../row.ts';
import { bareConsumer, pullSize } from './bare-consumer.ts';

export const iterator = {
  title: 'client: for await, ack',
  stream: 'facts',
  does: 'the same with `for await`: the acknowledgement of each event is a write of its own',
  run: async ({ url, events, measurement }) => {
    await using bare = await bareConsumer(url, 'iterator');
    const messages = await bare.consumer.consume({ max_messages: pullSize });
    for await (const message of messages) {
      message.ack();
      measurement.add();
      if (measurement.count === events) break;
    }
  },
} as const satisfies Omit<Row, 'base'>;
