import './support/require-node.mjs';
import { runChecks } from './support/checks.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/root.mjs';
import { run } from './support/run.mjs';
import { withReport } from './support/vitest-report.mjs';

process.env.CI = 'true';

await ensureDependencies();
const checks = await runChecks();
const failedChecks = checks.filter(({ ok }) => !ok).length;

const { numbers } = await withReport(async (reporting) => ({
  code: await run(process.execPath, [inRoot('scripts', 'test.mjs'), ...reporting]),
}));

const passed = checks.length - failedChecks + numbers.passed;
const failed = failedChecks + numbers.failed;
const skipped = numbers.skipped === 0 ? '' : `, ${numbers.skipped} skipped`;
process.exitCode = failed + numbers.skipped === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped}`);
