import { defineConfig } from 'vitest/config';

/** Tests that need a control plane of Kubernetes, which is built once: `npm run k8s:cluster-test`. */
export default defineConfig({
  test: {
    include: ['test/k8s/**/*.cluster.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
