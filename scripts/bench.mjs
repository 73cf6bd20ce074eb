import './support/require-node.mjs';
import { copyFileSync } from 'node:fs';
import { ensureBuild } from './support/build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { become } from './support/run.mjs';

const into = '.cache/bench-build';

await ensureDependencies();
await ensureBuild('tsconfig.bench.json', { folders: ['src', 'bench'], from: '.', into });
// A process tells its version from the package.json three folders above its code.
copyFileSync(inRoot('package.json'), inRoot(into, 'package.json'));
await become(inRoot(into, 'bench', 'main.js'));
