import { badEvents } from './bad-events.ts';
import { type Assortment, addition, catalogueChanges } from './catalogue.ts';
import { makeProducts } from './products.ts';
import { popularity, type Random, seededRandom, shuffled } from './random.ts';
import type { SampleEvent } from './sample-event.ts';
import { makeShoppers, registration, type Shopper, shopper } from './shoppers.ts';
import { tasteFor, visit } from './shopping.ts';
import { withRepeats } from './with-repeats.ts';

/** How much traffic is made. */
export interface TrafficSize {
  readonly seed: number;
  readonly shoppers: number;
  readonly events: number;
}

/** What the sample in the repository is made of. */
export const sampleSize: TrafficSize = { seed: 20_260_301, shoppers: 420, events: 6400 };

/** How many visits go on at the same time. */
const visitsAtOnce = 14;

/** Somebody wants a name that is taken, in another spelling. */
const takenName = ({ username }: Shopper, number: number, random: Random): SampleEvent =>
  registration(
    { ...shopper(username.toUpperCase(), number), email: `late.${number}@example.org` },
    random,
  );

/** Newcomers register and shop; old customers come back, the keenest most often. */
function* visits(
  shoppers: readonly Shopper[],
  assortment: Assortment,
  random: Random,
): Generator<Iterator<SampleEvent>, never> {
  const taste = tasteFor(assortment);
  const keenness = popularity(shoppers.length, 12);
  function* firstVisit(newcomer: Shopper): Generator<SampleEvent> {
    yield registration(newcomer, random);
    yield* visit(newcomer, taste, random);
  }
  const newcomers = shoppers.values();
  for (let number = 0; ; number++) {
    const newcomer = random.chance(0.66) ? newcomers.next().value : undefined;
    const regular = shoppers[keenness(random)] ?? random.pick(shoppers);
    if (newcomer) yield firstVisit(newcomer);
    else if (random.chance(0.05)) yield [takenName(regular, number, random)].values();
    else yield visit(regular, taste, random);
  }
}

/** What everybody does, woven into one row. */
function* weave(
  coming: Generator<Iterator<SampleEvent>, never>,
  aside: readonly { readonly share: number; readonly events: Generator<SampleEvent, never> }[],
  random: Random,
): Generator<SampleEvent, never> {
  const going: Iterator<SampleEvent>[] = [];
  for (;;) {
    for (const { share, events } of aside) if (random.chance(share)) yield events.next().value;
    while (going.length < visitsAtOnce) going.push(coming.next().value);
    const one = random.pick(going);
    const step = one.next();
    if (step.done) going.splice(going.indexOf(one), 1);
    else yield step.value;
  }
}

/** The first customers: the accounts that the README and `npm start` speak of. */
const opening = (random: Random): readonly SampleEvent[] =>
  ['admin', 'demo'].map((name, number) => registration(shopper(name, number), random));

const firstCart: readonly SampleEvent[] = [
  ['stoneware-mug-ink-blue', 2],
  ['tea-earl-grey-bleu', 1],
  ['whole milk 1 l', 3],
].map(([productId, quantity]) => ({
  type: 'cart.add',
  data: { userId: 'demo', productId, quantity },
}));

/** The whole sample, the same every time for the same size. */
export function* shopTraffic({
  seed,
  shoppers: count,
  events,
}: TrafficSize): Generator<SampleEvent> {
  const random = seededRandom(seed);
  const products = shuffled(makeProducts(random), random);
  const shoppers = makeShoppers(count, random);
  const first = products.filter((_, index) => index % 15 !== 14);
  const assortment = { products, sold: new Set(first.map(({ productId }) => productId)) };
  const productIds = products.map(({ productId }) => productId);
  const aside = [
    { share: 0.05, events: catalogueChanges(assortment, random) },
    { share: 0.013, events: badEvents(shoppers, productIds, random) },
  ];
  const woven = weave(visits(shoppers, assortment, random), aside, random);
  function* all(): Generator<SampleEvent> {
    yield* opening(random);
    for (const [number, product] of first.entries()) yield addition(product, number, random);
    yield* firstCart;
    yield* woven;
  }
  let made = 0;
  for (const event of withRepeats(all(), random)) {
    yield event;
    made++;
    if (made >= events) return;
  }
}
