import type { FoundStream } from '../../infra/nats/stream-mover.ts';
import { count } from '../terminal/figures.ts';

/** By how much a message grows at most: a header says where it lay, and what was derived is written out. */
const growth = 256;

/** How many bytes a stream needs while it is moved: everything lies there twice. */
export const roomForMove = ({ bytes, messages }: FoundStream['state']): number =>
  2 * bytes + messages * growth + 1_048_576;

/** By how much it usually grows. */
const usualGrowth = 40;

/** Why a stream would be over its own limit after a move, and refuse to take anything; else nothing. */
export const tooFullAfterwards = ({ config, state }: FoundStream): string | undefined => {
  const limit = Number(config['max_bytes'] ?? -1);
  const needed = state.bytes + state.messages * usualGrowth;
  if (limit <= 0 || needed <= limit) return undefined;
  return `the stream holds ${count(state.bytes)} of at most ${count(limit)} bytes, and each message grows a little: it would be full afterwards. Raise its limit first (STREAM_MAX_BYTES), or shorten its retention`;
};
