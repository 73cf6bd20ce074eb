import './support/require-node.mjs';
import { runChecks } from './support/checks.mjs';
import { ensureDependencies } from './support/dependencies.mjs';

await ensureDependencies();
const results = await runChecks();
const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
console.log(
  failed.length === 0
    ? `all ${results.length} checks passed`
    : `${failed.length} of ${results.length} checks failed: ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
