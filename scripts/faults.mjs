import './support/require-node.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { ensureFaults, faultsMain } from './support/faults-build.mjs';
import { become } from './support/run.mjs';

await ensureDependencies();
await ensureFaults();
await become(faultsMain);
