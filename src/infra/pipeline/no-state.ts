import { z } from 'zod';
import { token } from '../di/token.ts';
import type { KeyStates } from './define-service.ts';

/**
 * The state of a service whose keys have none: `defineService({ state: noState, … })`.
 *
 * A record is kept of every key all the same, because it is what repeats are recognised by. Its
 * size is bounded; how many there are is up to what the service takes for its key.
 */
export const noState = {
  schema: z.null(),
  initial: null,
  provides: token<KeyStates<null>>('NoStates'),
};
