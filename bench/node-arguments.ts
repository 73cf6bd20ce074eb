/**
 * What Node.js is told in every measured process, ours or another's: the younger generation that
 * `k8s/base/worker` gives a worker.
 */
export const nodeArguments: readonly string[] = ['--max-semi-space-size=32'];
