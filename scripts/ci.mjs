import './support/require-node.mjs';
import { runChecks } from './support/checks.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { run } from './support/run.mjs';
import { installSystemPrograms } from './support/system-packages.mjs';
import { withReport } from './support/vitest-report.mjs';

process.env.CI = 'true';

await ensureDependencies();
installSystemPrograms();
const checks = await runChecks();
const failedChecks = checks.filter(({ ok }) => !ok).length;

const { numbers } = await withReport(async (reporting) => ({
  code: await run(process.execPath, [inRoot('scripts', 'test.mjs'), ...reporting]),
}));

// A warning in the log is all that comes of it: what a shared machine measures must fail nobody.
const compared = await run(process.execPath, [inRoot('scripts', 'bench.mjs'), 'check'], {
  timeout: 120_000,
});
if (compared !== 0)
  console.log(`what an event costs was not compared: bench ended with ${compared}`);

const passed = checks.length - failedChecks + numbers.passed;
const failed = failedChecks + numbers.failed;
const skipped = numbers.skipped === 0 ? '' : `, ${numbers.skipped} skipped`;
process.exitCode = failed + numbers.skipped === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped}`);
