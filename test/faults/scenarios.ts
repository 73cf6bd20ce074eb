import type { Scenario } from './scenario.ts';
import * as cluster from './scenarios/cluster.ts';
import * as consumers from './scenarios/consumers.ts';
import * as disks from './scenarios/disks.ts';
import * as handlers from './scenarios/handlers.ts';
import * as links from './scenarios/links.ts';
import { million } from './scenarios/million.ts';
import * as producers from './scenarios/producers.ts';
import * as reactions from './scenarios/reactions.ts';
import * as server from './scenarios/server.ts';
import * as shop from './scenarios/shop.ts';
import * as unordered from './scenarios/unordered.ts';
import * as upgrades from './scenarios/upgrades.ts';
import * as workers from './scenarios/workers.ts';

/** The suite: every kind of fault. */
export const scenarios: readonly Scenario[] = [
  workers.killWorker,
  workers.killAllWorkers,
  workers.killDuringDrain,
  workers.rollingRestart,
  ...workers.zombies,
  workers.allZombies,
  workers.scale,
  workers.manyReplicas,
  workers.churn,
  workers.jumpingClocks,
  handlers.throwingHandlers,
  handlers.poisonedKeys,
  handlers.hangingHandlers,
  handlers.blockedLoop,
  handlers.dyingHandlers,
  handlers.killerEvent,
  handlers.brokenEvents,
  handlers.parkedKeys,
  links.cutConnections,
  links.unreachable,
  links.halfOpen,
  links.slowLinks,
  links.lostAnswers,
  links.lostCommits,
  producers.lostAcknowledgements,
  producers.repeatingProducers,
  server.killServer,
  server.stopServer,
  server.longOutage,
  server.frozenServer,
  server.revokedPermissions,
  server.fullStorage,
  disks.fullDisk,
  disks.powerCut,
  consumers.deletedConsumer,
  consumers.deletedConsumers,
  consumers.pausedConsumers,
  consumers.unpinned,
  consumers.deletedMembers,
  cluster.killLeader,
  cluster.stepDown,
  cluster.killTwo,
  cluster.killAllServers,
  cluster.rollingServers,
  cluster.frozenLeader,
  unordered.killWorker,
  unordered.zombie,
  unordered.killServer,
  unordered.killEverything,
  unordered.killLeader,
  unordered.jumpingClocks,
  reactions.killWorker,
  reactions.zombie,
  reactions.slowLinks,
  upgrades.upgradeServer,
  upgrades.upgradeServers,
  upgrades.downgradeServers,
  shop.cartKillWorker,
  shop.cartKillEverything,
];

/** What runs only when it is named: it takes long. */
export const extraScenarios: readonly Scenario[] = [million];
