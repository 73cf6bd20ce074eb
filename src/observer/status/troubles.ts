import type { ServiceStatus, StatusDocument, StreamStatus } from './status-document.ts';

/** From how many seconds on an event that waits is worth a look. */
const longSeconds = 60;
/** How full a stream may be without a word. */
const nearLimit = 0.8;

/** What somebody should look at, in sentences, worst first. */
export const troublesOf = ({
  broker,
  services,
  streams,
}: Pick<StatusDocument, 'broker' | 'services' | 'streams'>): readonly string[] => {
  if (!broker.isConnected) {
    return ['The broker does not answer: what is below is what was last seen, or nothing.'];
  }
  return [
    ...broker.servers
      .filter(({ isOnline }) => !isOnline)
      .map(({ name }) => `The server ${name} of the broker is offline.`),
    ...services.flatMap(serviceTroubles),
    ...streams.flatMap(streamTroubles),
  ];
};

const serviceTroubles = (status: ServiceStatus): readonly string[] => {
  const { service, isUp, waitingEvents, oldestWaitingSeconds } = status;
  const found: string[] = [];
  if (isUp === false) {
    found.push(`${service} is down: no replica is ready, and ${waits(waitingEvents)}.`);
  }
  if (waitingEvents === undefined) found.push(`What waits for ${service} cannot be read.`);
  if (oldestWaitingSeconds !== undefined && oldestWaitingSeconds > longSeconds) {
    found.push(`The oldest event of ${service} waits for ${Math.round(oldestWaitingSeconds)} s.`);
  }
  const silent = status.replicas.filter(({ state }) => state === 'silent').length;
  if (silent > 0) found.push(`${some(silent, 'replica')} of ${service} does not answer.`);
  const unready = status.replicas.filter(({ state }) => state === 'not ready').length;
  if (unready > 0) found.push(`${some(unready, 'replica')} of ${service} not ready.`);
  const unowned = Object.values(status.partitionsWithoutOwner ?? {}).flat().length;
  if (status.readyReplicas > 0 && unowned > 0 && waitingEvents !== 0) {
    found.push(`${some(unowned, 'partition')} of ${service} without an owner.`);
  }
  if (status.deadLetters) found.push(`${some(status.deadLetters, 'dead letter')} of ${service}.`);
  if (status.parkedKeys) {
    found.push(`${some(status.parkedKeys, 'key')} of ${service} waits behind a dead letter.`);
  }
  return found;
};

const streamTroubles = (status: StreamStatus): readonly string[] => {
  const { stream, bytes, limitBytes, replicas } = status;
  const found: string[] = [];
  if (limitBytes !== undefined && bytes > nearLimit * limitBytes) {
    found.push(`The stream ${stream} is ${Math.round((100 * bytes) / limitBytes)} % full.`);
  }
  if (replicas.current < replicas.configured) {
    found.push(`The stream ${stream} is on ${replicas.current} of ${replicas.configured} servers.`);
  }
  return found;
};

const waits = (events: number | undefined): string =>
  events === undefined ? 'nobody knows what waits' : `${some(events, 'event')} waiting`;

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
