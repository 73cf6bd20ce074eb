import { defineStream } from '../streams.ts';

/** Everything about users: keyed by the case-folded user name. */
export const userStream = defineStream('user');
