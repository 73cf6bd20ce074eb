import { connect } from 'nats';
import { type ServiceStream, subjectsOf } from '../../../src/contracts/streams.ts';
import type { Bus } from '../../../src/infra/pipeline/ports.ts';
import { contentsOf, textOf } from '../../support/running-service.ts';

/** The numbers that the facts of each key say, in the order of the stream. */
export const numbersInFacts = async (
  bus: Bus,
  stream: ServiceStream,
): Promise<Record<string, number[]>> => {
  const numbers: Record<string, number[]> = {};
  for (const fact of await contentsOf(bus, stream, subjectsOf(stream).facts)) {
    const { key, n } = JSON.parse(textOf(fact)) as { key: string; n: number };
    numbers[key] = [...(numbers[key] ?? []), n];
  }
  return numbers;
};

/** The numbers that the state of each key holds. */
export const numbersInStates = async (
  bus: Bus,
  stream: ServiceStream,
): Promise<Record<string, number[]>> => {
  const found = await contentsOf(bus, stream, subjectsOf(stream).states);
  const records = found.map(
    (state) => JSON.parse(textOf(state)) as { key: string; state: { numbers: number[] } },
  );
  return Object.fromEntries(records.map(({ key, state }) => [key, state.numbers]));
};

/** How many deliveries of a stream's consumers are acknowledged without a gap. */
export const acknowledged = async (url: string, stream: ServiceStream): Promise<number> => {
  const connection = await connect({ servers: url });
  const manager = await connection.jetstreamManager();
  const infos = await manager.consumers.list(stream.name).next();
  await connection.close();
  return infos
    .filter(({ config }) => config.durable_name)
    .reduce((sum, { ack_floor }) => sum + ack_floor.consumer_seq, 0);
};

/** The message at a sequence; nothing when it is erased. */
export const storedAt = async (
  url: string,
  stream: ServiceStream,
  seq: number,
): Promise<string | undefined> => {
  const connection = await connect({ servers: url });
  const manager = await connection.jetstreamManager();
  const found = await manager.streams.getMessage(stream.name, { seq }).catch(() => undefined);
  await connection.close();
  return found?.string();
};
