import type { Row } from './row.ts';
import { callback } from './rows/callback.ts';
import { callbackEnvelope, callbackWork } from './rows/callback-work.ts';
import { iterator } from './rows/iterator.ts';
import { iteratorWork } from './rows/iterator-work.ts';
import { publishBare } from './rows/publish-bare.ts';
import { publishBoth } from './rows/publish-both.ts';
import { publishDefaults } from './rows/publish-defaults.ts';
import { publisher } from './rows/publisher.ts';
import { reaction } from './rows/reaction.ts';
import { headersClient, headersLines } from './rows/reading-headers.ts';
import { state } from './rows/state.ts';
import { unordered } from './rows/unordered.ts';
import { watermark } from './rows/watermark.ts';

export type RowName =
  | 'callback'
  | 'iterator'
  | 'iterator-work'
  | 'callback-work'
  | 'headers-client'
  | 'headers-lines'
  | 'callback-envelope'
  | 'unordered'
  | 'reaction'
  | 'watermark'
  | 'state'
  | 'publish-both'
  | 'publish-bare'
  | 'publish-defaults'
  | 'publisher';

/** Everything that is compared, in the order of the table. */
export const rows: Readonly<Record<RowName, Row<RowName>>> = {
  callback: { ...callback, base: 'callback' },
  iterator: { ...iterator, base: 'callback' },
  'iterator-work': { ...iteratorWork, base: 'callback' },
  'callback-work': { ...callbackWork, base: 'callback' },
  'headers-client': { ...headersClient, base: 'callback' },
  'headers-lines': { ...headersLines, base: 'callback' },
  'callback-envelope': { ...callbackEnvelope, base: 'callback' },
  unordered: { ...unordered, base: 'callback' },
  reaction: { ...reaction, base: 'callback' },
  watermark: { ...watermark, base: 'callback' },
  'publish-both': { ...publishBoth, base: 'callback' },
  state: { ...state, base: 'callback' },
  'publish-bare': { ...publishBare, base: 'publish-bare' },
  'publish-defaults': { ...publishDefaults, base: 'publish-bare' },
  publisher: { ...publisher, base: 'publish-bare' },
};
