import { defineConfig } from 'vitest/config';

/** What takes minutes, and containers: `npm run k8s:e2e`. */
export default defineConfig({
  test: {
    include: ['test/k8s-e2e/**/*.e2e.ts'],
    globalSetup: ['test/support/provision.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    bail: 1,
  },
});
