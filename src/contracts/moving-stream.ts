import type { ServiceStream } from './streams.ts';

/**
 * What a stream takes while it is moved to another number of partitions: nothing but this.
 *
 * It is stored under the subject that is written behind `move.<service>`, see {@link movingSubject}.
 */
export const movingFilter = ({ service }: ServiceStream): string => `move.${service}.*.*.*`;

/** The subject on which a message is published that is to lie under a stored subject. */
export const movingSubject = (stored: string): string => {
  const [root = '', service = '', ...rest] = stored.split('.');
  return ['move', service, root, ...rest].join('.');
};

/** Under which subject what was published on {@link movingSubject} is stored, in the broker's words. */
export const movedSubject = ({ service }: ServiceStream): string =>
  `{{wildcard(1)}}.${service}.{{wildcard(2)}}.{{wildcard(3)}}`;

/** Where a move says how far it has come: it has begun, its history is copied, all is copied. */
export type MoveMark = 'begun' | 'history' | 'copied';

/** The subject of a mark. */
export const markSubject = ({ service }: ServiceStream, mark: MoveMark): string =>
  `mark.${service}.0.${mark}`;

/** The filter of all marks of a stream. */
export const markFilter = ({ service }: ServiceStream): string => `mark.${service}.>`;

/** A stored subject with another partition in it. */
export const inPartition = (subject: string, partition: number): string => {
  const tokens = subject.split('.');
  return [...tokens.slice(0, 2), partition, ...tokens.slice(3)].join('.');
};

/** Under which subject a stream stores what producers publish, in the partition of its key. */
export const storedSubject = (published: string, partition: number): string => {
  const [service, name] = published.split('.');
  return ['in', service, partition, name].join('.');
};
