import { targetsOf } from './arithmetic.ts';
import type { AutoscalerSpec } from './hpa.ts';
import { shipped, shippedFacts } from './shipped.ts';

/**
 * The shipped autoscaler with targets for workers that settle so many events a second.
 *
 * @param pace so much faster its time passes than ours
 */
export const pacedAutoscaler = (perSecond: number, pace: number): AutoscalerSpec => {
  const { clearSeconds, objectiveSeconds } = shippedFacts;
  const targets = targetsOf({
    ...shippedFacts,
    perSecond,
    clearSeconds: clearSeconds / pace,
    objectiveSeconds: objectiveSeconds / pace,
  });
  const named: Readonly<Record<string, number>> = {
    waitingEvents: targets.lag,
    oldestWaitingSeconds: targets.age,
    arrivalsPerSecond: targets.arrivals,
  };
  const metrics = shipped.autoscaler.metrics.map((metric) => ({
    ...metric,
    target: named[metric.name] ?? metric.target,
  }));
  return { ...shipped.autoscaler, metrics };
};
