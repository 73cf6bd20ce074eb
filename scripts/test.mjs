import './support/require-node.mjs';
import { ensureSources } from './support/build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { become } from './support/run.mjs';
import { provideSystemPrograms } from './support/system-packages.mjs';
import { provideTestTools } from './support/test-tools.mjs';

await ensureDependencies();
await ensureSources();
await provideTestTools();
provideSystemPrograms();
await become(inRoot('node_modules', 'vitest', 'vitest.mjs'), ['run', ...process.argv.slice(2)]);
