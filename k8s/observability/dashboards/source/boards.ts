import { autoscaling } from './autoscaling.ts';
import { deadLetters } from './dead-letters.ts';
import { gateway } from './gateway.ts';
import { jetstream } from './jetstream.ts';
import { overview } from './overview.ts';
import type { Board } from './panel.ts';
import { service } from './service.ts';
import { serviceLevels } from './service-levels.ts';

/** Every dashboard, in the order in which somebody looks at them. */
export const boards: readonly Board[] = [
  overview,
  service,
  jetstream,
  deadLetters,
  autoscaling,
  gateway,
  serviceLevels,
];

/** What the metric table has and no dashboard shows, and why. */
export const notShown: Readonly<Record<string, string>> = {};
