import './support/require-node.mjs';
import { ensureBuild } from './support/build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { become } from './support/run.mjs';

const into = '.cache/observability-build';

await ensureDependencies();
await ensureBuild('tsconfig.observability.json', {
  folders: ['src', 'k8s/observability'],
  from: '.',
  into,
});
await become(inRoot(into, 'k8s', 'observability', 'write-rules.js'));
