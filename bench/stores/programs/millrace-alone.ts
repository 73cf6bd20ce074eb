import { randomUUID } from 'node:crypto';
import { connect } from 'nats';
import { provide } from '../../../src/infra/di/token.ts';
import { readConfig, workerEnvironment } from '../../../src/infra/runtime/config.ts';
import { openProcess } from '../../../src/infra/runtime/open-process.ts';
import { startService } from '../../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { requests } from '../../bench-events.ts';
import { addingService, Tally } from '../../bench-services.ts';
import { newEnvelope } from '../../new-envelope.ts';
import type { RunProgram } from '../../systems/program.ts';
import { timedInLanes } from './lanes.ts';

const { stream, Add, ItemAdded } = requests;

/** Publishes an event and waits until the fact that it causes is read from the stream, again and again. */
export const run: RunProgram = async ({ address, events, measurement, settings, requestData }) => {
  const environment = readConfig(workerEnvironment, {
    NATS_URL: address,
    LOG_LEVEL: 'warn',
    STREAM_REPLICAS: `${settings['replicas']}`,
  });
  const { logger, metrics, bus } = await openProcess('requests', environment, [Add]);
  await using _connection = bus;
  const running = await startService(addingService, {
    ...{ bus, environment, logger, metrics, clock: systemClock },
    provide: (scope) => provide(scope, Tally, { add: () => {} }),
  });
  const facts = await factsOf(address);
  const times = await timedInLanes(events, 1, async (index) => {
    const seen = facts.next();
    await bus.publisher.publish(Add(requestData(index)), newEnvelope(randomUUID(), Add.type));
    await seen;
    measurement.add();
  });
  await facts.stop();
  await running.stop();
  return times;
};

/** Reads the facts on a connection of its own, as somebody else would. */
const factsOf = async (address: string) => {
  const connection = await connect({ servers: address.split(','), noAsyncTraces: true });
  let [markSeen, read]: [() => void, number] = [() => {}, 0];
  const consumer = await connection
    .jetstream()
    .consumers.get(stream.name, { filterSubjects: `fact.${stream.service}.*.${factName}` });
  const messages = await consumer.consume({
    callback: () => {
      read++;
      markSeen();
    },
  });
  return {
    next: () =>
      new Promise<void>((resolve) => {
        markSeen = resolve;
      }),
    stop: async () => {
      await messages.close();
      await connection.close();
      return read;
    },
  };
};

const factName = ItemAdded.type.slice(stream.service.length + 1);
