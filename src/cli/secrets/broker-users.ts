import { CartAdd } from '../../contracts/cart/cart-add.ts';
import { CartRemove } from '../../contracts/cart/cart-remove.ts';
import { CartUpdate } from '../../contracts/cart/cart-update.ts';
import { querySubject } from '../../contracts/define-query.ts';
import { ProductAdd } from '../../contracts/product/product-add.ts';
import { ProductRemove } from '../../contracts/product/product-remove.ts';
import { ProductUpdate } from '../../contracts/product/product-update.ts';
import { retryStreamOf, type ServiceStream } from '../../contracts/streams.ts';
import { UserRegister } from '../../contracts/user/user-register.ts';
import { everything, type Grant, together } from '../../infra/nats/grants/grant.ts';
import {
  answersQueries,
  asks,
  hasInbox,
  hearsAdvisories,
  holdsLeases,
  isMemberOf,
  marksSuspects,
  seesMembersOf,
  showsItselfAs,
} from '../../infra/nats/grants/process-grants.ts';
import {
  backsUp,
  commitsTo,
  consumes,
  erases,
  findsStream,
  followsStream,
  makesStream,
  measuresStream,
  movesStream,
  postpones,
  readsStream,
  repairs,
  requests,
  requestsOf,
  rulesOn,
  trims,
} from '../../infra/nats/grants/stream-grants.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { topologyOf } from '../../infra/runtime/topology-of.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';

/** Somebody whom the broker lets in, by a key of their own. */
export interface BrokerUser {
  /** Also the name under which the process connects, from which its inbox follows. */
  readonly name: string;
  /** The name of the Secret that holds its seed; nothing for those who run outside of a cluster. */
  readonly secret?: string;
  readonly may: Required<Grant>;
}

const services: readonly AnyService[] = [user, product, cart];
const streams = services.map(({ stream }) => stream);
const names = services.map(({ name }) => name);

/** Names of consumers do not depend on how long a lease is. */
const anyAckWaitMs = 30_000;

const topologyOfService = (service: AnyService) => topologyOf(service, anyAckWaitMs);
const allConsumers = services.flatMap((service) => topologyOfService(service).consumers);

/** Follows streams without taking anything from those who read them for good. */
const follows = (stream: ServiceStream): Grant => followsStream(stream, allConsumers);

const worker = (service: AnyService): BrokerUser => {
  const { name, stream, ordering, queries, views, routes } = service;
  const { streams: own, others = [], consumers } = topologyOfService(service);
  const all = [...own, ...others];
  const mayHoldSecret = routes.some(({ contract }) => contract.secret.length > 0);
  return {
    name,
    secret: `nats-worker-${name}`,
    may: together([
      hasInbox(name),
      ...own.map(makesStream),
      ...others.map(findsStream),
      ...all.map(readsStream),
      // For its read models; its own also to find what is parked, left behind or not accounted for.
      ...[stream, ...views.map((view) => view.stream)].map(follows),
      consumes(consumers),
      commitsTo(stream),
      // What follows from another service's fact, and what is redriven or repaired.
      requestsOf(stream),
      ...(ordering === 'none' ? [postpones(stream)] : [isMemberOf(name)]),
      ...(mayHoldSecret ? own.map(erases) : []),
      trims(stream),
      holdsLeases([`trim.${stream.name}`]),
      marksSuspects(all),
      answersQueries(
        name,
        queries.map(({ query }) => querySubject(query)),
      ),
    ]),
  };
};

/** What the API offers; what services ask of themselves is not among it. */
const offered = [
  UserRegister,
  ProductAdd,
  ProductUpdate,
  ProductRemove,
  CartAdd,
  CartUpdate,
  CartRemove,
];

const gateway: BrokerUser = {
  name: 'gateway',
  secret: 'nats-gateway',
  may: together([
    hasInbox('gateway'),
    showsItselfAs('gateway'),
    ...streams.map(findsStream),
    ...streams.map(measuresStream),
    ...streams.map(follows),
    requests(offered.map(({ type }) => type)),
    asks(services.flatMap(({ queries }) => queries.map(({ query }) => querySubject(query)))),
  ]),
};

const observer: BrokerUser = {
  name: 'observer',
  secret: 'nats-observer',
  may: together([
    hasInbox('observer'),
    ...streams.map(readsStream),
    ...streams.map(retryStreamOf).map(readsStream),
    // Dead letters that nobody has ruled on, and parked keys, are counted from the streams.
    ...streams.map(follows),
    seesMembersOf([...names, 'gateway']),
    hearsAdvisories,
  ]),
};

/** The commands that people run; each has an identity, so that none can do what another is for. */
const tools: readonly BrokerUser[] = [
  {
    name: 'replay',
    may: together([
      hasInbox('replay'),
      ...services.map(({ routes }) => requests(routes.map(({ contract }) => contract.type))),
    ]),
  },
  {
    name: 'verify',
    may: together([
      hasInbox('verify'),
      ...streams.flatMap((stream) => [
        readsStream(stream),
        follows(stream),
        repairs(stream),
        requestsOf(stream),
      ]),
    ]),
  },
  {
    name: 'deadletters',
    may: together([
      hasInbox('deadletters'),
      ...streams.flatMap((stream) => [readsStream(stream), rulesOn(stream), requestsOf(stream)]),
    ]),
  },
  {
    name: 'backup',
    may: together([hasInbox('backup'), ...streams.map(backsUp), seesMembersOf(names)]),
  },
  {
    name: 'repartition',
    may: together([
      hasInbox('repartition'),
      ...streams.flatMap((stream) => [readsStream(stream), follows(stream), movesStream(stream)]),
      seesMembersOf(names),
      holdsLeases(names.map((name) => `repartition.${name}`)),
    ]),
  },
];

/** For people with the tools of NATS: what nobody foresaw. */
const admin: BrokerUser = { name: 'admin', may: together([everything]) };

/** Everybody whom the broker of the shop lets in. */
export const brokerUsers: readonly BrokerUser[] = [
  ...services.map(worker),
  gateway,
  observer,
  ...tools,
  admin,
];
