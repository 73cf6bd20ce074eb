import { setTimeout as sleep } from 'node:timers/promises';
import { controlUntil } from '../../k8s/autoscaling/live-controller.ts';
import { pacedAutoscaler } from '../../k8s/autoscaling/paced-autoscaler.ts';
import type { Course } from '../../k8s/autoscaling/simulate.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { replayFlood } from './flood.ts';
import { PodFleet } from './pod-fleet.ts';
import type { BrokerAddress } from './stored-prices.ts';

/** The autoscaler's time passes so much faster than ours. */
const pace = 10;
/** What its targets take a worker for: few, so that few events are a burst. */
const perSecond = 60;

/** What a burst did to the number of workers; seconds are the autoscaler's. */
export interface Burst extends Course {
  readonly floods: readonly (number | null)[];
}

/** The workers of carts in the autoscaler's hands, while ten times as much comes and goes again. */
export const burstOf = async (cluster: Cluster, as: BrokerAddress): Promise<Burst> => {
  const pods = cluster.of('worker-cart');
  const fleet = new PodFleet(pods);
  const [observer] = cluster.of('observer').ready;
  if (!observer) throw new Error('no observer is ready');
  const lagUrl = `http://${observer.options.address}:8080/lag/cart`;
  let isOver = false;
  const control = { autoscaler: pacedAutoscaler(perSecond, pace), fleet, lagUrl, pace };
  const course = controlUntil(control, () => isOver);
  const floods: (number | null)[] = [];
  const flood = async (rate: number, seconds: number) => {
    const { code } = await replayFlood({ events: rate * seconds, perSecond: rate }, as);
    floods.push(code);
  };
  await flood(40, 10);
  await flood(400, 20);
  await flood(40, 30);
  // Down by one pod a minute, after five minutes of calm.
  await sleep(30_000);
  isOver = true;
  const { moments, changes } = await course;
  await fleet.settled();
  const paced = changes.map((change) => ({ ...change, second: Math.round(change.second * pace) }));
  return { moments, changes: paced, floods };
};
