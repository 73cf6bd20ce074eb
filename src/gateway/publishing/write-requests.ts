import type { FastifyRequest } from 'fastify';
import type { OutgoingEvent } from '../../contracts/define-event.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import { BusRefused, BusUnavailable } from '../../infra/pipeline/errors.ts';
import type { Published } from '../../infra/pipeline/ports.ts';
import { traceOfRequest } from '../edge/request-traces.ts';
import type { RequestOutcome } from '../outcomes/outcomes.ts';
import { type Done, type RequestEvent, tellOutcome } from '../outcomes/tell-outcome.ts';
import type { GatewayOptions, GatewayPorts, PublishResult } from '../ports.ts';
import { pathOf } from '../problems/answer-problems.ts';
import { newEventId, repeatableEventId, SeenBodies } from './idempotency-key.ts';
import { readWaitSeconds } from './prefer-wait.ts';

/** Something that a request wants done. */
export interface Submission {
  readonly request: FastifyRequest;
  /** Whose request it is: an Idempotency-Key means something only together with its owner. */
  readonly owner: readonly string[];
  /** Makes the event; called when nothing speaks against publishing it any more. */
  readonly event: () => OutgoingEvent | Promise<OutgoingEvent>;
  /** The path of the resource that the event makes or changes. */
  readonly resource: string;
}

/** Stored by the stream; what becomes of it is not known yet. */
export interface Accepted {
  readonly status: 202;
  readonly body: RequestEvent & { readonly status: 'accepted' };
}

/** The answer to a write. */
export type WriteAnswer = (Accepted | Done) & {
  readonly headers: Readonly<Record<string, string>>;
};

type Ports = Pick<GatewayPorts, 'publisher' | 'outcomes' | 'clock' | 'onPublished' | 'tracing'>;
type WriteOptions = Pick<GatewayOptions, 'maxWaitSeconds' | 'publishDeadlineMs'>;

/**
 * Publishes what requests ask for, and waits for the outcome when the caller prefers to.
 *
 * It answers only when the stream has acknowledged the event.
 */
export class WriteRequests {
  readonly #ports: Ports;
  readonly #options: WriteOptions;
  readonly #seen = new SeenBodies();

  constructor(ports: Ports, options: WriteOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** @throws Problem, BusUnavailable, BusRefused */
  async submit(submission: Submission): Promise<WriteAnswer> {
    const { clock, outcomes, tracing } = this.#ports;
    const { headers } = submission.request;
    const wait = readWaitSeconds(headers['prefer']?.toString(), this.#options.maxWaitSeconds ?? 30);
    const waitUntil = clock.now() + (wait ?? 0) * 1000;
    const id = this.#eventId(submission);
    const event = await submission.event();
    const envelope = this.#envelope(id, event, submission.request);
    if (wait === undefined) {
      await this.#publish(event, envelope);
      return accepted(envelope, submission, {});
    }
    using expectation = outcomes.expect(id);
    const published = await this.#publish(event, envelope);
    if (published.duplicate) expectation.lookBack(event.contract.stream, published.sequence);
    const endWait = tracing?.beginWait(event.contract.type, traceOfRequest(submission.request));
    const outcome = await expectation.within(Math.max(0, waitUntil - clock.now()));
    endWait?.(outcome?.trace);
    return outcome
      ? answerOf(outcome, envelope, { wait, resource: submission.resource })
      : accepted(envelope, submission, applied(wait));
  }

  #eventId({ request, owner }: Submission): string {
    const key = request.headers['idempotency-key']?.toString();
    if (key === undefined) return newEventId();
    const what = [request.method, pathOf(request), key];
    // Owners that are told apart by what they ask for are told apart by address here.
    this.#seen.check([request.caller?.userId ?? request.ip, ...what], request.body);
    return repeatableEventId([...owner, ...what]);
  }

  #envelope(id: string, { contract }: OutgoingEvent, request: FastifyRequest): Envelope {
    return {
      id,
      type: contract.type,
      source: '/millrace/gateway',
      time: new Date(this.#ports.clock.now()).toISOString(),
      version: contract.version,
      correlationId: id,
      ...traceOfRequest(request),
    };
  }

  async #publish(event: OutgoingEvent, envelope: Envelope): Promise<Published> {
    const { publisher, clock, onPublished } = this.#ports;
    const startedAt = clock.elapsed();
    const tell = (result: PublishResult) =>
      onPublished?.(envelope.type, result, (clock.elapsed() - startedAt) / 1000);
    try {
      const deadlineMs = this.#options.publishDeadlineMs ?? 5000;
      const published = await publisher.publish(event, envelope, deadlineMs);
      tell(published.duplicate ? 'duplicate' : 'accepted');
      return published;
    } catch (error) {
      if (error instanceof BusUnavailable) tell('unanswered');
      if (error instanceof BusRefused) tell('refused');
      throw error;
    }
  }
}

type Headers = Readonly<Record<string, string>>;

const applied = (wait: number): Headers => ({ 'preference-applied': `wait=${wait}` });

const answerOf = (
  outcome: RequestOutcome,
  { id, type }: RequestEvent,
  { wait, resource }: { readonly wait: number; readonly resource: string },
): WriteAnswer => {
  const done = tellOutcome(outcome, { id, type }, applied(wait));
  const location = done.status === 201 ? { location: resource } : {};
  return { ...done, headers: { ...applied(wait), ...location } };
};

const accepted = (
  { id, type }: RequestEvent,
  { resource }: Submission,
  headers: Headers,
): WriteAnswer => ({
  status: 202,
  body: { id, type, status: 'accepted' },
  headers: { ...headers, link: `<${resource}>; rel="related"` },
});
