import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What to add to a run of vitest so that it leaves its numbers in a file. */
const reporting = (file) => ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];

/** A test file that could not be loaded has failed without a test of its own. */
const brokenFiles = ({ testResults }) =>
  testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;

const numbersIn = (file, code) => {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const failed = report.numFailedTests + brokenFiles(report);
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  // An error outside of every test, or a run of no test at all, is a failure too.
  const isUnexplained = failed === 0 && (code !== 0 || passed + skipped === 0);
  return { passed, failed: isUnexplained ? 1 : failed, skipped };
};

/** Runs vitest by a function that takes its arguments; resolves to what that gives and the numbers of the report. */
export const withReport = async (runVitest) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-report-'));
  const file = join(folder, 'report.json');
  try {
    const result = await runVitest(reporting(file));
    return { ...result, numbers: numbersIn(file, result.code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
