import type { EventSource } from '../pipeline/delivery.ts';
import type { ConsumerDeclaration } from '../pipeline/ports.ts';
import type { MemoryConsumer } from './memory-consumer.ts';
import type { MemoryTopology } from './memory-topology.ts';

/** The deliveries of one durable consumer, from the moment at which it is there. */
export const memorySource = (
  topology: MemoryTopology,
  declaration: ConsumerDeclaration,
): EventSource => ({
  start: (sink) => {
    let consumer: MemoryConsumer | undefined;
    let detach: (() => void) | undefined;
    const forget = topology.whenConsumer(declaration, (found) => {
      consumer = found;
      detach = found.attach(sink);
    });
    return {
      refill: () => consumer?.wake(),
      settledUpTo: () => consumer?.settledUpTo() ?? 0,
      isPulling: () => detach !== undefined && topology.isOpen(),
      stop: async () => {
        forget();
        detach?.();
        detach = undefined;
      },
      close: async () => {},
    };
  },
});
