import type { Random } from './random.ts';
import type { SampleEvent } from './sample-event.ts';

/** How many of a hundred events are sent again, as impatient producers do. */
const repeatedShare = 0.014;

const hex = (random: Random): string =>
  random.between(0, 0xffff_ffff).toString(16).padStart(8, '0');

/** Lets some events come a second time, a little later, under the same id. */
export function* withRepeats(
  events: Iterable<SampleEvent>,
  random: Random,
): Generator<SampleEvent> {
  const waiting: { readonly event: SampleEvent; left: number }[] = [];
  for (const event of events) {
    const repeated = event.type !== 'user.register' && random.chance(repeatedShare);
    const sent = repeated
      ? { ...event, id: event.id ?? `shop-${hex(random)}${hex(random)}` }
      : event;
    yield sent;
    if (repeated) waiting.push({ event: sent, left: random.between(1, 40) });
    for (const entry of waiting.splice(0)) {
      if (entry.left-- > 0) waiting.push(entry);
      else yield entry.event;
    }
  }
}
