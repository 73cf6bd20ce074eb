import type { ServiceStream } from '../../../contracts/streams.ts';
import { inboxPrefixOf } from '../connect.ts';
import { membersBucket } from '../members.ts';
import { api, type Grant, together } from './grant.ts';

/** Gets answers, and reads nobody else's: they come under a prefix that no other user may read. */
export const hasInbox = (user: string): Grant => ({ subscribe: [`${inboxPrefixOf(user)}.>`] });

/** Writes entries of a key-value bucket, and makes the bucket; it may read and remove all of them. */
const writesBucket = (bucket: string, keys: readonly string[]): Grant => ({
  publish: [
    ...api(
      `STREAM.INFO.KV_${bucket}`,
      `STREAM.CREATE.KV_${bucket}`,
      `STREAM.MSG.GET.KV_${bucket}`,
      `STREAM.PURGE.KV_${bucket}`,
    ),
    ...keys.map((key) => `$KV.${bucket}.${key}`),
  ],
});

const presenceOf = (service: string): string => `millrace.present.${service}.*`;

/** Is there for whoever asks. */
export const showsItselfAs = (service: string): Grant => ({
  subscribe: [presenceOf(service)],
  answers: true,
});

/** Is one of a service's replicas: announces itself, hears the others, asks whether one is gone. */
export const isMemberOf = (service: string): Grant =>
  together([
    writesBucket(membersBucket, [`${service}.*`]),
    showsItselfAs(service),
    { publish: [presenceOf(service)], subscribe: [`$KV.${membersBucket}.${service}.*`] },
  ]);

/** Sees which replicas there are of these services, and asks whether they are there. */
export const seesMembersOf = (services: readonly string[]): Grant => ({
  publish: [
    ...api(`STREAM.INFO.KV_${membersBucket}`, `STREAM.MSG.GET.KV_${membersBucket}`),
    ...services.map(presenceOf),
  ],
});

/** Holds leases of these names. */
export const holdsLeases = (names: readonly string[]): Grant => ({
  publish: [
    ...api(
      'STREAM.INFO.KV_millrace-leases',
      'STREAM.CREATE.KV_millrace-leases',
      'STREAM.MSG.GET.KV_millrace-leases',
    ),
    ...names.map((name) => `$KV.millrace-leases.${name}`),
  ],
});

/** Marks events of these streams that may end their worker. */
export const marksSuspects = (streams: readonly ServiceStream[]): Grant =>
  writesBucket(
    'millrace-suspects',
    streams.map(({ name }) => `${name}.*.*`),
  );

/** Answers the queries of a service, as one of its replicas, and says so to whoever looks for services. */
export const answersQueries = (service: string, subjects: readonly string[]): Grant => ({
  subscribe: [
    ...['PING', 'INFO', 'STATS'].flatMap((verb) => [
      `$SRV.${verb}`,
      `$SRV.${verb}.millrace-${service}`,
      `$SRV.${verb}.millrace-${service}.*`,
    ]),
    // Only as one of the group: nobody hears what others are asked.
    ...subjects.map((subject) => `${subject} ${service}`),
  ],
  answers: subjects.length > 0,
});

/** Asks services. */
export const asks = (subjects: readonly string[]): Grant => ({ publish: subjects });

/** Hears what the broker tells of streams and consumers. */
export const hearsAdvisories: Grant = { subscribe: ['$JS.EVENT.ADVISORY.>'] };
