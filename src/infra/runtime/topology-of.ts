import { type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import type { ConsumerDeclaration, Topology } from '../pipeline/ports.ts';

/** How many events of one consumer may be out at all replicas together. */
const maxAckPending = 20_000;

/**
 * What a service needs of the broker: its own stream and those it reads, a durable consumer for its
 * request events, and one for the facts of each other service that it reacts to.
 */
export const topologyOf = (service: AnyService, ackWaitMs: number): Topology => {
  const foreign = new Set(service.reactions.map(({ contract }) => contract.stream));
  const streams = new Set([
    service.stream,
    ...foreign,
    ...service.views.map((view) => view.stream),
  ]);
  const consumer = (stream: ServiceStream, filter: string): ConsumerDeclaration => ({
    stream,
    filter,
    durable: service.name,
    ackWaitMs,
    maxAckPending,
  });
  return {
    streams: [...streams],
    consumers: [
      consumer(service.stream, subjectsOf(service.stream).requests),
      ...[...foreign].map((stream) => consumer(stream, subjectsOf(stream).facts)),
    ],
  };
};
