import { builtInEvents } from '../../contracts/built-in.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { AnyRoute } from './handler.ts';

/** Never built: the runtime handles these events by itself. */
class Runtime {}

/** The routes that every service has besides its own; an order that cannot be followed parks nothing. */
export const builtInRoutes = (stream: ServiceStream): readonly AnyRoute[] => {
  const { Resume, React } = builtInEvents(stream);
  return [Resume, React].map((contract) => ({ contract, handler: Runtime, onExhausted: 'skip' }));
};
