import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../infra/pipeline/clock.ts';
import type { EventPublisher, QueryClient } from '../infra/pipeline/ports.ts';
import type { RequestTracing } from '../infra/pipeline/tracing.ts';
import type { Tokens } from './auth/tokens.ts';
import type { Outcomes } from './outcomes/outcomes.ts';

/** What became of a publish, as `millrace_published_events_total` counts it. */
export type PublishResult = 'accepted' | 'duplicate' | 'refused' | 'unanswered';

/** One request that was answered, as `millrace_http_request_seconds` counts it. */
export interface RequestDone {
  readonly method: string;
  /** The route's pattern, or `unmatched`: never a path, of which there are endlessly many. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** Its place in its trace, as a `traceparent`, if somebody records that. */
  readonly trace?: string | undefined;
}

/** What the gateway needs from the outside; tests give fakes, `main.ts` the real ones. */
export interface GatewayPorts {
  readonly publisher: EventPublisher;
  readonly queries: QueryClient;
  readonly outcomes: Outcomes;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  /** A password's argon2id hash in PHC form. */
  readonly hashPassword: (password: string) => Promise<string>;
  /** False while the bus is away: then requests that need it wait a little, and are refused. */
  readonly isConnected: () => boolean;
  /** Nothing while tracing is off. Its publisher is not taken from here: `publisher` is that already. */
  readonly tracing?: RequestTracing | undefined;
  readonly onRequestDone?: (request: RequestDone) => void;
  readonly onPublished?: (type: string, result: PublishResult, seconds: number) => void;
}

/** How much the gateway takes on, and what it says of itself. */
export interface GatewayOptions {
  /** The version that the API's description states. @default 'dev' */
  readonly version?: string;
  /** Requests a minute of one IP address (IPv6: one /64), by this replica. @default 600 */
  readonly requestsPerMinute?: number;
  /** Log-ins or registrations a minute for one account from one address. @default a sixtieth of the former, at least 5 */
  readonly credentialsPerMinute?: number;
  /** How long a request waits for a bus that is away before it is refused, in milliseconds. @default 2000 */
  readonly busPatienceMs?: number;
  /** Passwords hashed at a time. @default 2 */
  readonly hashesAtOnce?: number;
  /** Passwords that may wait to be hashed; more are refused. @default 32 */
  readonly hashesWaiting?: number;
  /** The longest that `Prefer: wait` is honoured, in seconds. @default 30 */
  readonly maxWaitSeconds?: number;
  /** How long a publish may stay unacknowledged. @default 5000 */
  readonly publishDeadlineMs?: number;
  /** Whether, and for which hops, `X-Forwarded-For` is believed. @default false */
  readonly trustProxy?: boolean | string | string[];
}
