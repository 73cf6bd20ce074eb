import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';

export const repeatingProducers = scenario({
  name: 'repeating-producers',
  says: 'one event in three is published again under its id, after the broker has forgotten it',
  target: 'load',
  strike: async ({ admin, subject, load, insist }) => {
    await insist(async () => {
      const { streams } = await admin.jetstreamManager();
      const { config } = await streams.info(subject.stream);
      await streams.update(subject.stream, { ...config, duplicate_window: 200e6 });
    });
    await load.share(0.3);
    let stored = 0;
    for (let part = 0.3; part < 1; part += 0.1) {
      await load.share(part);
      stored += await load.repeat(150);
    }
    if (stored === 0)
      throw new Error('no repetition was stored: the broker remembered all of them');
  },
});

export const lostAcknowledgements = scenario({
  name: 'lost-acknowledgements',
  says: "the broker's answers to the producers are lost for three seconds, three times",
  target: 'load',
  isProducerLinked: true,
  strike: async ({ load, producerLink }) => {
    for (const part of [0.15, 0.4, 0.65]) {
      await load.share(part);
      producerLink?.set({ losesAnswers: true });
      await sleep(3_000);
      producerLink?.clear();
    }
  },
});
