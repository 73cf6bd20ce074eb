import './support/require-node.mjs';
import { ensureBuild, ensureSources } from './support/build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { become } from './support/run.mjs';

const into = '.cache/bench-build';

await ensureDependencies();
await ensureSources();
await ensureBuild('tsconfig.bench.json', { folders: ['src', 'bench'], from: '.', into });
await become(inRoot(into, 'bench', 'main.js'));
