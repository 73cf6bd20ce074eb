import type { LimitCredentials } from '../edge/limit-rates.ts';
import type { GatewayPorts } from '../ports.ts';
import type { WriteRequests } from '../publishing/write-requests.ts';
import type { RequireBus } from './require-bus.ts';

/** What the routes work with. */
export interface RouteContext extends Pick<GatewayPorts, 'queries' | 'tokens' | 'hashPassword'> {
  readonly writes: WriteRequests;
  readonly limitCredentials: LimitCredentials;
  readonly requireBus: RequireBus;
}
