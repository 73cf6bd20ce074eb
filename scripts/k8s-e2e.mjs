import './support/require-node.mjs';
import { ensureSources } from './support/build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { become } from './support/run.mjs';
import { provideTestTools } from './support/test-tools.mjs';

await ensureDependencies();
await ensureSources();
await provideTestTools();
const config = ['--config', inRoot('vitest.k8s-e2e.config.ts')];
await become(inRoot('node_modules', 'vitest', 'vitest.mjs'), [
  'run',
  ...config,
  ...process.argv.slice(2),
]);
