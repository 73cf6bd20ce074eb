import { readStream } from '../../src/cli/verify/reading.ts';
import type { StreamReport } from '../../src/cli/verify/stream-report.ts';
import { usualEventsAtATime } from '../../src/cli/verify/verify-partition.ts';
import { verifyStream } from '../../src/cli/verify/verify-stream.ts';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';

/** What `npm run verify` says of a service's stream. */
export const accountOf = (bus: NatsBus, service: AnyService): Promise<StreamReport> =>
  verifyStream({
    service,
    upkeep: bus.upkeep,
    read: readStream(bus, service.stream, new AbortController().signal),
    eventsAtATime: usualEventsAtATime,
    onEvent: () => {},
  });
