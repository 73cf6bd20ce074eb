import type { Row } from '../row.ts';
import { bareConsumer, pullSize } from './bare-consumer.ts';
import { usualWork } from './usual-work.ts';

export const iteratorWork = {
  title: 'client: for await, usual work',
  stream: 'facts',
  does: 'the loop of the documentation: `for await`, JSON, zod, an awaited empty handler, a counter and a histogram of prom-client, ack',
  run: async ({ url, events, measurement }) => {
    const work = usualWork();
    await using bare = await bareConsumer(url, 'iterator-work');
    const messages = await bare.consumer.consume({ max_messages: pullSize });
    for await (const message of messages) {
      await work(message.json());
      message.ack();
      measurement.add();
      if (measurement.count === events) break;
    }
  },
} as const satisfies Omit<Row, 'base'>;
