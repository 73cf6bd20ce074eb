import './support/require-node.mjs';
import { ensureSources } from './support/build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { become } from './support/run.mjs';
import { provideTestTools } from './support/test-tools.mjs';

await ensureDependencies();
await ensureSources();
await provideTestTools();
await become(inRoot('node_modules', 'vitest', 'vitest.mjs'), [
  'run',
  '--config',
  'vitest.alerts.config.ts',
  ...process.argv.slice(2),
]);
