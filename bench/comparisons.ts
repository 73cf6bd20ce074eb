import { commits } from './commits/commits.ts';
import type { Comparison } from './comparison.ts';
import { durability } from './durability/durability.ts';
import { gateway } from './gateway/gateway.ts';
import { growth } from './growth/growth.ts';
import { latency } from './latency/latency.ts';
import { memory } from './memory/memory.ts';
import { observability } from './observability/observability.ts';
import { peersComparison } from './peers/peers-comparison.ts';
import { poison } from './poison/poison.ts';
import { ready } from './ready/ready.ts';
import { profileComparison, rowComparison } from './rows-comparison.ts';
import { scaling } from './scaling/scaling.ts';
import { search } from './search/search.ts';
import { storesComparison } from './stores/stores-comparison.ts';

/** Everything that `npm run bench` runs, in this order. */
export const comparisons: readonly Comparison[] = [
  rowComparison,
  profileComparison,
  latency,
  scaling,
  commits,
  growth,
  poison,
  memory,
  ready,
  durability,
  observability,
  gateway,
  peersComparison,
  storesComparison,
  search,
];
