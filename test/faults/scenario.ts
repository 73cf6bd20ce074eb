import type { NatsServerOptions } from '../support/nats-server.ts';
import type { Report } from './checker/check.ts';
import type { LoadPlan } from './world/load.ts';
import type { Subject } from './world/subject.ts';
import type { World } from './world/world.ts';

/** What a fault strikes; two that strike different things can be combined. */
export type Target = 'workers' | 'handlers' | 'links' | 'server' | 'cluster' | 'consumers' | 'load';

/** One kind of fault, and the run in which it strikes. */
export interface Scenario {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly says: string;
  readonly target: Target;
  /** @default ledger */
  readonly service?: Subject['service'];
  /** Whether the ledger keeps the order of its keys. @default key */
  readonly ordering?: Subject['ordering'];
  /** One server, or three that keep every stream threefold. @default server */
  readonly broker?: 'server' | 'cluster';
  readonly brokerConfig?: NatsServerOptions;
  /** Gives the server a disk of its own, so large; needs root. */
  readonly diskMegabytes?: number;
  /** How many workers there are at the beginning. @default 3 */
  readonly replicas?: number;
  /** What the workers' environment says besides what the suite sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether each worker reaches the broker by a link of its own. */
  readonly isLinked?: boolean;
  /** Whether the producers do. */
  readonly isProducerLinked?: boolean;
  /** What is different from the usual load. */
  readonly load?: Partial<LoadPlan>;
  /** How long any well key may stand still; the bound of what is promised, where it is promised. */
  readonly longestStallMs?: number;
  /** Why it cannot run here, if it cannot. */
  readonly unavailable?: () => string | undefined;
  /** Does it; begins when the load begins, and may leave things broken. */
  readonly strike: (world: World) => Promise<void>;
  /** Says what is wrong besides what the checker sees: one sentence each. */
  readonly afterwards?: (world: World, report: Report) => Promise<readonly string[]>;
}

/** Declares a scenario. */
export const scenario = (definition: Scenario): Scenario => definition;

/** What a run loads the system with unless its scenario says otherwise: about twelve seconds. */
export const usualLoad: LoadPlan = { keys: 80, events: 3_000, perSecond: 250 };
