import { readStream } from '../../src/cli/verify/reading.ts';
import { usualEventsAtATime } from '../../src/cli/verify/verify-partition.ts';
import { verifyStream } from '../../src/cli/verify/verify-stream.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import { cart } from '../../src/workers/cart/service.ts';
import { ledgerService } from './service/ledger.ts';
import type { Subject } from './world/subject.ts';
import type { World } from './world/world.ts';

const serviceOf = ({ service, ordering }: Subject): AnyService =>
  service === 'cart' ? cart : ledgerService({ ordering });

/**
 * Lets `npm run verify` judge the same run: it knows nothing of producers and of what they were told,
 * but what it does see it has to see as the checker does. Says what it finds wrong.
 */
export const secondNet = async ({ producer: bus, subject }: World): Promise<readonly string[]> => {
  const service = serviceOf(subject);
  const { findings, wrong } = await verifyStream({
    service,
    upkeep: bus.upkeep,
    read: readStream(bus, service.stream, new AbortController().signal),
    eventsAtATime: usualEventsAtATime,
    onEvent: () => {},
  });
  if (wrong === 0) return [];
  const told = findings.slice(0, 5).map(({ verdict, id, why }) => `${verdict} ${id} (${why})`);
  return [`npm run verify finds ${wrong} events wrong, among them: ${told.join('; ')}`];
};
