/** What `/status.json` says, and the page `/status` shows. Nothing in it is about a person. */
export interface StatusDocument {
  /** When it was made, RFC 3339. */
  readonly asOf: string;
  /** What somebody should look at, worst first; empty when nothing is known to be wrong. */
  readonly troubles: readonly string[];
  readonly broker: BrokerStatus;
  readonly services: readonly ServiceStatus[];
  /** The processes of the gateway. */
  readonly gateway: readonly ReplicaStatus[];
  readonly streams: readonly StreamStatus[];
  readonly figures: FiguresStatus;
  readonly history: HistoryStatus;
}

export interface BrokerStatus {
  readonly isConnected: boolean;
  readonly servers: readonly ServerStatus[];
}

/** A server of the broker, as far as the streams tell. */
export interface ServerStatus {
  readonly name: string;
  readonly isOnline: boolean;
  /** The streams that it leads. */
  readonly leads: readonly string[];
  /** The streams whose copy on it is behind. */
  readonly isBehindIn: readonly string[];
}

export interface ServiceStatus {
  readonly service: string;
  /** At least one replica is ready, or nothing waits; nothing when neither is known. */
  readonly isUp: boolean | undefined;
  readonly readyReplicas: number;
  readonly replicas: readonly ReplicaStatus[];
  /** What waits for it; nothing while it cannot be read. */
  readonly waitingEvents: number | undefined;
  readonly oldestWaitingSeconds: number | undefined;
  readonly scheduledRetries: number | undefined;
  /** Those on which nobody has ruled. */
  readonly deadLetters: number | undefined;
  readonly parkedKeys: number | undefined;
  /** The partitions that nobody has or asks for now, by stream; nothing while it cannot be read. */
  readonly partitionsWithoutOwner: PartitionsOfStreams | undefined;
}

export interface ReplicaStatus {
  readonly name: string;
  /** `silent`: it has announced itself, and does not answer. `gone`: it answered some minutes ago. */
  readonly state: 'ready' | 'not ready' | 'silent' | 'gone';
  /** Why it is not ready. */
  readonly why: readonly string[];
  readonly version: string | undefined;
  /** RFC 3339. */
  readonly startedAt: string | undefined;
  readonly inFlight: number | undefined;
  /** The partitions that it asks for, by stream. */
  readonly partitions: PartitionsOfStreams;
}

/** Partitions by the name of their stream, ascending. */
export type PartitionsOfStreams = Readonly<Record<string, readonly number[]>>;

export interface StreamStatus {
  readonly stream: string;
  readonly messages: number;
  readonly bytes: number;
  /** Nothing without a limit of its own. */
  readonly limitBytes: number | undefined;
  readonly replicas: { readonly configured: number; readonly current: number };
}

/** The five figures, of what happened within a window. */
export interface FiguresStatus {
  /** How long the window is by now; it grows until it is five minutes. */
  readonly windowSeconds: number;
  readonly services: readonly ServiceFigures[];
  readonly system: SystemFigures;
}

export interface ServiceFigures {
  readonly service: string;
  readonly settledEvents: number;
  readonly throughputPerSecond: number;
  /** Nothing when nothing was settled. */
  readonly responseSeconds: number | undefined;
  readonly availability: Availability;
}

export interface SystemFigures {
  readonly throughputPerSecond: number;
  readonly responseSeconds: number | undefined;
  readonly latencySeconds: number | undefined;
  readonly availability: Availability;
}

/** Since the observer began, for a day at most. */
export interface Availability {
  /** Nothing before anything was seen. */
  readonly ratio: number | undefined;
  readonly failures: number;
  readonly upSeconds: number;
  readonly downSeconds: number;
  readonly mtbfSeconds: number | undefined;
  readonly mttrSeconds: number | undefined;
}

/** Some minutes, a value a sample; `null` where nothing was known. */
export interface HistoryStatus {
  /** Seconds since 1970. */
  readonly at: readonly number[];
  readonly services: readonly string[];
  /** By service. */
  readonly throughputPerSecond: Readonly<Record<string, readonly (number | null)[]>>;
  readonly waitingEvents: Readonly<Record<string, readonly (number | null)[]>>;
  readonly oldestWaitingSeconds: Readonly<Record<string, readonly (number | null)[]>>;
  readonly responseSeconds: Readonly<Record<string, readonly (number | null)[]>>;
}
