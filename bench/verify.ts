import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamManager } from 'nats';
import { placeOf, stateSubject } from '../src/contracts/streams.ts';
import { facts, keys, published, requestData, requests } from './bench-events.ts';
import type { RowName } from './rows.ts';

/** How long acknowledgements may be on their way after a row has ended. */
const patienceMs = 5_000;

/** The durable consumers of the rows that run a service, where they have not the row's name. */
const durables: Partial<Record<RowName, string>> = {
  unordered: 'glancing',
  reaction: 'looking',
  watermark: 'marking',
  state: requests.stream.service,
};

const isPublished = (row: RowName): row is keyof typeof published => row in published;

/**
 * Looks in the streams whether a row did what it was measured for.
 *
 * @throws when an event is left unacknowledged, or was not stored, or was counted twice
 */
export const verifyRow = async (
  manager: JetStreamManager,
  row: RowName,
  events: number,
): Promise<void> => {
  if (isPublished(row)) {
    const { stream } = published[row];
    const { state } = await manager.streams.info(stream.name);
    const messages = row === 'publish-both' ? 2 * events : events;
    return expect(row, 'events stored', state.messages, messages);
  }
  const { stream } = row === 'state' ? requests : facts;
  const durable = durables[row] ?? row;
  await allAcknowledged(manager, stream.name, durable);
  if (row === 'state') await verifyEffects(manager, events);
};

const allAcknowledged = async (manager: JetStreamManager, stream: string, durable: string) => {
  for (const until = performance.now() + patienceMs; ; await sleep(50)) {
    const left = await unacknowledged(manager, stream, durable);
    if (left === 0) return;
    if (performance.now() < until) continue;
    throw new Error(`${durable}: ${left} not acknowledged`);
  }
};

/** Of the row's one durable consumer, or of those of its partitions together. @throws when there is none */
const unacknowledged = async (manager: JetStreamManager, stream: string, durable: string) => {
  let [left, consumers] = [0, 0];
  for await (const { name, num_pending, num_ack_pending } of manager.consumers.list(stream)) {
    if (name !== durable && !name.startsWith(`${durable}-`)) continue;
    left += num_pending + num_ack_pending;
    consumers++;
  }
  if (consumers === 0) throw new Error(`${durable}: no such consumer`);
  return left;
};

/** Each event made one fact, and the states add up to what was asked for. */
const verifyEffects = async (manager: JetStreamManager, events: number) => {
  const { stream } = requests;
  const facts = await manager.streams.info(stream.name, { subjects_filter: 'fact.>' });
  const made = Object.values(facts.state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  expect('state', 'facts made', made, events);
  let total = 0;
  for (let key = 0; key < keys; key++) {
    const subject = stateSubject(stream, placeOf(stream, requestData(key).userId));
    const stored = await manager.streams.getMessage(stream.name, { last_by_subj: subject });
    total += stored.json<{ readonly state: { readonly total: number } }>().state.total;
  }
  let asked = 0;
  for (let index = 0; index < events; index++) asked += requestData(index).quantity;
  expect('state', 'added up', total, asked);
};

const expect = (row: RowName, what: string, found: number, wanted: number): void => {
  if (found !== wanted) throw new Error(`${row}: ${found} ${what} instead of ${wanted}`);
};
