/**
 * What Node.js is told in every measured process, ours or another's: the younger generation that
 * `k8s/base/worker` gives a worker.
 */
export const nodeArguments: readonly string[] = ['--max-semi-space-size=32'];

/** What Node.js is told in a worker of the shop: all that `k8s/base/worker` tells it, how large its heap may be too. */
export const workerArguments: readonly string[] = ['--max-old-space-size=384', ...nodeArguments];
