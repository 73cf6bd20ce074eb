import type { OutgoingEvent } from '../../src/contracts/define-event.ts';
import type { EventHandler, HandlingContext } from '../../src/infra/pipeline/handler.ts';

/** What followed from an event: the state after it, and the events as `[type, data]`. */
export interface Followed<State> {
  readonly state: State;
  readonly events: readonly (readonly [type: string, data: unknown])[];
}

/** When test events are stored, unless a test says otherwise. */
export const storedAt = Date.parse('2026-03-01T12:00:00.000Z');

/**
 * Runs a handler on an event and a state, and refuses events that break their contracts.
 *
 * @example
 * const { state, events } = await given(empty).when(new AddToCart(products), CartAdd({ … }));
 */
export const given = <State>(before: State) => ({
  when: async <Data>(
    handler: EventHandler<Data, State>,
    event: OutgoingEvent<NoInfer<Data>>,
  ): Promise<Followed<State>> => {
    const decision = await handler.handle(checked(event).data, contextOf(event, before));
    return {
      state: decision.state ?? before,
      events: (decision.events ?? []).map((out) => [out.contract.type, checked(out).data]),
    };
  },
});

const checked = <Data>({ contract, data }: OutgoingEvent<Data>): OutgoingEvent<Data> => {
  const parsed = contract.data.parse(data);
  if (contract.key(parsed) === '') throw new Error(`${contract.type} has no key`);
  return { contract, data: parsed };
};

const contextOf = <State>({ contract }: OutgoingEvent, state: State): HandlingContext<State> => ({
  state,
  event: {
    id: 'e1',
    type: contract.type,
    source: '/test',
    time: '2020-01-01T01:00:00+01:00',
    correlationId: 'e1',
  },
  storedAt,
  attempt: 1,
  signal: new AbortController().signal,
});
