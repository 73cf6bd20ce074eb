import type { LimitCredentials } from '../edge/limit-rates.ts';
import type { GatewayPorts } from '../ports.ts';
import type { WriteRequests } from '../publishing/write-requests.ts';

/** What the routes work with. */
export interface RouteContext
  extends Pick<GatewayPorts, 'queries' | 'tokens' | 'hashPassword' | 'isConnected'> {
  readonly writes: WriteRequests;
  readonly limitCredentials: LimitCredentials;
}
