import type { OutgoingEvent } from '../../../../src/contracts/define-event.ts';
import type { QueryContract } from '../../../../src/contracts/define-query.ts';
import { type Envelope, writeHeaders } from '../../../../src/contracts/envelope.ts';
import { deadSubject, factSubject, placeOf } from '../../../../src/contracts/streams.ts';
import type { InboundMessage } from '../../../../src/infra/pipeline/delivery.ts';
import type {
  EventPublisher,
  Follower,
  Following,
  Published,
  QueryClient,
} from '../../../../src/infra/pipeline/ports.ts';

/** An event as the gateway published it. */
export interface Sent {
  readonly event: OutgoingEvent;
  readonly envelope: Envelope;
}

type Answer = (question: unknown) => unknown;

/** A bus of lists: tests say what services answer and which facts come. */
export class FakeBus implements EventPublisher, QueryClient {
  connected = true;
  readonly sent: Sent[] = [];
  readonly asked: { readonly name: string; readonly question: unknown }[] = [];
  readonly answers = new Map<string, Answer>();
  /** Runs at each publish, after it is stored: throw to refuse, add facts to answer at once. */
  onPublish: (sent: Sent) => void = () => {};
  readonly followings = new Set<Following>();
  readonly stored: InboundMessage[] = [];

  async publish(event: OutgoingEvent, envelope: Envelope): Promise<Published> {
    const { stream } = event.contract;
    const first = this.sent.findIndex((sent) => sent.envelope.id === envelope.id);
    const sent = { event, envelope };
    this.onPublish(sent);
    if (first < 0) this.sent.push(sent);
    const sequence = first < 0 ? this.sent.length : first + 1;
    return { id: envelope.id, stream: stream.name, sequence, duplicate: first >= 0 };
  }

  async ask<Question, Answered>(
    query: QueryContract<Question, Answered>,
    question: NoInfer<Question>,
  ): Promise<Answered> {
    this.asked.push({ name: query.name, question });
    const answer = this.answers.get(query.name);
    if (!answer) throw new Error(`no answer is prepared for ${query.name}`);
    return query.answer.parse(answer(query.question.parse(question)));
  }

  /** Like a bus: with a sequence it gives what is stored, then what comes. */
  follow(following: Following): Follower {
    this.followings.add(following);
    const caughtUp = Promise.resolve().then(() => {
      if (typeof following.from !== 'number') return;
      for (const message of this.stored) if (fits(following, message)) following.take(message);
    });
    return { caughtUp, stop: async () => void this.followings.delete(following) };
  }

  /** Stores a message and shows it to everybody who follows. */
  store(message: InboundMessage): void {
    this.stored.push(message);
    for (const following of this.followings) {
      if (fits(following, message)) following.take(message);
    }
  }

  /** A fact that an event caused. */
  fact(cause: Envelope, { contract, data }: OutgoingEvent): void {
    const envelope: Envelope = {
      ...cause,
      id: `${cause.id}.0`,
      type: contract.type,
      version: contract.version,
      causationId: cause.id,
    };
    const place = placeOf(contract.stream, contract.key(data));
    const subject = factSubject(contract.type, contract.stream, place);
    this.store(messageOf(subject, writeHeaders(envelope), JSON.stringify(data)));
  }

  /** The dead letter of an event. */
  dead({ event, envelope }: Sent, reason: string, error = ''): void {
    const { stream, type } = event.contract;
    const headers = {
      ...writeHeaders(envelope),
      'millrace-dead-reason': reason,
      'millrace-dead-error': error,
    };
    this.store(messageOf(deadSubject(stream, 0, type), headers, JSON.stringify(event.data)));
  }
}

const fits = ({ filters }: Following, { subject }: InboundMessage): boolean =>
  filters.some((filter) => subject.startsWith(filter.replace(/>$/, '')));

export const messageOf = (
  subject: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): InboundMessage => ({
  subject,
  stream: 'ANY',
  sequence: 1,
  storedAt: 0,
  body: new TextEncoder().encode(body),
  header: (name) => headers[name],
  allHeaders: () => headers,
});
