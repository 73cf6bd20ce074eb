import { defineConfig } from 'vitest/config';

/** What `npm run alerts:e2e` runs: minutes of hurting the shop, not a part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/alerts/**/*.e2e.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 400_000,
    hookTimeout: 60_000,
  },
});
