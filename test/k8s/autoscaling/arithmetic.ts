/** What is known of a service before its autoscaler is set up. */
export interface ScalingFacts {
  /** Events that one worker settles in a second at most: to be measured for each service (docs/autoscaling.md). */
  readonly perSecond: number;
  /** In how many seconds the workers that there are should get rid of what waits. */
  readonly clearSeconds: number;
  /** How old an event may get. */
  readonly objectiveSeconds: number;
  /** The part of its rate that a worker is to be kept busy with. */
  readonly busyShare: number;
  readonly maxReplicas: number;
}

/** The targets of an autoscaler, each for one replica. */
export interface Targets {
  readonly lag: number;
  readonly age: number;
  readonly arrivals: number;
}

/** Targets that follow from what is known; docs/autoscaling.md says why. */
export const targetsOf = (facts: ScalingFacts): Targets => ({
  lag: facts.perSecond * facts.clearSeconds,
  age: facts.objectiveSeconds / facts.maxReplicas,
  arrivals: facts.perSecond * facts.busyShare,
});

/**
 * How many workers' worth of work replicas do when every partition has its share of the events: the
 * one with most partitions is the last to be done.
 */
export const worthOf = (replicas: number, partitions: number): number =>
  replicas === 0 ? 0 : partitions / Math.ceil(partitions / replicas);

/** The numbers of replicas that bring something beyond the next smaller one. */
export const usefulReplicas = (partitions: number): readonly number[] =>
  Array.from({ length: partitions }, (_, index) => index + 1).filter(
    (replicas) => worthOf(replicas, partitions) > worthOf(replicas - 1, partitions),
  );

/** What decides how many replicas of a service have something to do at most. */
export interface Room {
  readonly ordering: 'key' | 'none';
  readonly partitions: number;
  /** Of one durable consumer: a partition's with an order, that of all replicas without. */
  readonly maxAckPending: number;
  /** Events that a replica wants to hold, `PREFETCH`. */
  readonly prefetch: number;
}

/** The most replicas that all get as many events as they ask for. */
export const mostReplicas = ({ ordering, partitions, maxAckPending, prefetch }: Room): number =>
  ordering === 'none' ? Math.floor(maxAckPending / prefetch) : partitions;
