import type { ServiceStream } from '../contracts/streams.ts';
import type { Logger } from '../infra/observability/logger.ts';
import type { Metrics } from '../infra/observability/metrics.ts';
import type { Clock } from '../infra/pipeline/clock.ts';
import type { Bus } from '../infra/pipeline/ports.ts';
import type { Roll } from '../infra/pipeline/roll.ts';
import type { StreamWatch } from '../infra/pipeline/stream-watch.ts';
import type { Upkeep } from '../infra/pipeline/upkeep.ts';
import { brokerTroubles } from '../infra/runtime/broker-troubles.ts';
import type { ObserverEnvironment } from '../infra/runtime/config.ts';
import type { Pages } from '../infra/runtime/page.ts';
import { reportProcess } from '../infra/runtime/report-service.ts';
import type { Running } from '../infra/runtime/running.ts';
import { lagPage } from './lag-page.ts';
import { Observation } from './observation.ts';
import { serviceStreams, streamsBeside } from './observed-streams.ts';
import { showFigures } from './show-figures.ts';
import { Sampler } from './status/sampler.ts';
import { statusOf } from './status/status-of.ts';
import { statusPages } from './status/status-pages.ts';

export interface ObserverParts {
  readonly bus: Bus & { readonly watch: StreamWatch; readonly upkeep: Upkeep; readonly roll: Roll };
  readonly environment: Pick<ObserverEnvironment, 'OBSERVE_EVERY_MS'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Those of the services that are observed. @default all of the shop */
  readonly streams?: readonly ServiceStream[];
}

export interface RunningObserver extends Running {
  readonly pages: Pages;
}

/**
 * Starts an observer: it reads how far every service is and shows it, and changes nothing.
 *
 * So lag is known also while no worker runs. Several observers show the same figures.
 */
export const startObserver = (parts: ObserverParts): RunningObserver => {
  const { bus, environment, metrics, clock, logger, streams = serviceStreams } = parts;
  const observation = new Observation({
    streams,
    bus,
    clock,
    everyMs: environment.OBSERVE_EVERY_MS,
    onFailure: ({ name: stream, service }, error) => {
      metrics.counter('millrace_observation_errors_total', {}, service).inc();
      logger.warn({ stream, error: String(error) }, 'cannot read how a stream is');
    },
  });
  reportProcess(metrics, bus);
  showFigures(metrics, observation);
  observation.start();
  const seen = { observation, sampler: samplerOf(parts, observation), ...parts };
  seen.sampler.start();
  const endAdvisories = countAdvisories(parts, streams);
  let isStopping = false;
  return {
    pages: new Map([
      ['lag', lagPage((service) => observation.lagOf(service))],
      ...statusPages(() => statusOf(seen)),
    ]),
    notReady: () => [
      ...(isStopping ? ['draining'] : []),
      ...brokerTroubles(bus),
      ...(observation.isSeeing() ? [] : ['nothing read yet, or not any more']),
    ],
    stop: async () => {
      isStopping = true;
      observation.stop();
      seen.sampler.stop();
      endAdvisories();
    },
  };
};

const samplerOf = ({ bus, clock }: ObserverParts, observation: Observation): Sampler =>
  new Sampler({
    services: observation.services,
    others: ['gateway'],
    ...{ bus, clock },
    lagOf: (service) => observation.lagOf(service),
  });

const countAdvisories = (
  { bus, metrics, logger }: ObserverParts,
  streams: readonly ServiceStream[],
): (() => void) => {
  const owners = new Map(streamsBeside(streams).map(({ name, service }) => [name, service]));
  return bus.watch.listen(({ stream, kind: advisory }) => {
    const service = owners.get(stream);
    // Streams of others are none of ours.
    if (service === undefined) return;
    metrics.counter('millrace_broker_advisories_total', { stream, advisory }, service).inc();
    logger.info({ stream, advisory }, 'the broker advises');
  });
};
