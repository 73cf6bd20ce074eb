// Loaded before a worker (`--import`, with `--expose-gc`): says what is in memory after a collection.
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  process.send?.({ heapUsed, rss, external });
});
// Asking must not keep a worker alive that has been told to end.
process.channel?.unref();
