import type { AnyService } from '../../infra/pipeline/define-service.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';
import type { ServiceName } from './start-arguments.ts';

/** What one process counts, in Prometheus' text format. */
export interface Exposition {
  /** Another one for each start of a process. */
  readonly process: string;
  readonly service: string;
  readonly text: string;
}

/** A whole shop that runs: services, gateway, and the bus between them. */
export interface Shop {
  readonly bus: Bus;
  readonly gatewayUrl: string;
  /** Where its broker listens, when it has one. */
  readonly brokerUrl?: string;
  /** What people can look at, a name and an address each. */
  addresses(): readonly (readonly [name: string, address: string])[];
  /** Asks every process what it counts; who does not answer is left out. */
  expose(): Promise<readonly Exposition[]>;
  /** Lets everybody finish what was begun, then ends all. */
  stop(): Promise<void>;
  /** Ends all at once. */
  kill(): void;
}

/** The services of the shop by name. */
export const services: Readonly<Record<ServiceName, AnyService>> = { user, product, cart };
