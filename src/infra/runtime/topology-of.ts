import {
  retryFilters,
  retryStreamOf,
  type ServiceStream,
  subjectsOf,
} from '../../contracts/streams.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import type { ConsumerDeclaration, Topology } from '../pipeline/ports.ts';

/** How many events of one durable consumer may be out at all replicas together. */
const maxAckPending = { key: 4_000, none: 20_000 };

/**
 * What a service needs of the broker: its own stream and those it reads, a durable consumer for its
 * request events, and one for the facts of each other service that it reacts to; ordered by key that
 * is one for each partition. Without order, also a stream in which retries wait.
 */
export const topologyOf = (service: AnyService, ackWaitMs: number): Topology => {
  const foreign = new Set(service.reactions.map(({ contract }) => contract.stream));
  const others = new Set([...foreign, ...service.views.map((view) => view.stream)]);
  others.delete(service.stream);
  const consumer = (stream: ServiceStream, filter: string): ConsumerDeclaration => ({
    stream,
    filter,
    durable: service.name,
    ordering: service.ordering,
    acknowledge: service.acknowledge,
    // Its own requests are on record in the states of their keys; reactions have no state.
    recognises: stream === service.stream,
    ackWaitMs,
    maxAckPending: maxAckPending[service.ordering],
  });
  const retries = service.ordering === 'none' ? [retryStreamOf(service.stream)] : [];
  return {
    streams: [service.stream, ...retries],
    others: [...others],
    consumers: [
      consumer(service.stream, subjectsOf(service.stream).requests),
      ...[...foreign].map((stream) => consumer(stream, subjectsOf(stream).facts)),
      ...retries.map((stream) => consumer(stream, retryFilters(stream).due)),
    ],
  };
};
