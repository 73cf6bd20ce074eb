import { describe } from 'vitest';
import type { BusFeatures, OpenBus } from './bus-under-test.ts';
import { commitSuite } from './commit.suite.ts';
import { deliverySuite } from './delivery.suite.ts';
import { followSuite } from './follow.suite.ts';
import { leaseSuite } from './lease.suite.ts';
import { messagesSuite } from './messages.suite.ts';
import { orderedSuite } from './ordered.suite.ts';
import { querySuite } from './query.suite.ts';
import { restartSuite } from './restart.suite.ts';
import { retrySuite } from './retry.suite.ts';
import { settledSuite } from './settled.suite.ts';
import { suspectsSuite } from './suspects.suite.ts';
import { topologySuite } from './topology.suite.ts';

/** What every bus does: whoever passes it can carry the whole system. */
export const busConformance = (name: string, open: OpenBus, features: BusFeatures): void => {
  describe(name, () => {
    deliverySuite(open);
    leaseSuite(open);
    settledSuite(open);
    orderedSuite(open);
    commitSuite(open);
    messagesSuite(open);
    suspectsSuite(open);
    followSuite(open);
    retrySuite(open);
    querySuite(open);
    topologySuite(open);
    if (features.survivesRestart) restartSuite(open);
  });
};
