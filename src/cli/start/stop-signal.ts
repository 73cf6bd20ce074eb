/** Aborts at the first Ctrl-C, SIGTERM or closed terminal; at the second one it does what it is told. */
export const stopSignal = (atTheSecond: () => void): AbortSignal => {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) atTheSecond();
    else controller.abort(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return controller.signal;
};
