import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { compiler } from './build.mjs';
import { inRoot, root } from './root.mjs';
import { capture } from './run.mjs';
import { filesBelow } from './stamp.mjs';
import { withReport } from './vitest-report.mjs';

const maxLines = 250;
const architectureTest = 'test/architecture.test.ts';

const node = (path, args) => capture(process.execPath, [inRoot('node_modules', path), ...args]);

/** The number that a pattern finds in a text. */
const countIn = (text, pattern) => Number(pattern.exec(text)?.[1] ?? 0);

const types = async () => {
  const { code, output } = await capture(process.execPath, [compiler, '--noEmit', '--listFiles']);
  const isListed = (line) => /^(\/|[A-Za-z]:).*\.ts$/.test(line);
  const lines = output.split('\n');
  const ours = lines.filter((line) => isListed(line) && !line.includes('/node_modules/'));
  const problems = lines.filter((line) => !isListed(line));
  return { ok: code === 0, looked: ours.length, output: problems.join('\n') };
};

const lint = async () => {
  const args = ['ci', '--colors=off'];
  const { code, output } = await node('@biomejs/biome/bin/biome', args);
  return { ok: code === 0, looked: countIn(output, /Checked (\d+) files?/), output };
};

const deadCode = async () => {
  const reporters = ['--reporter', 'symbols', '--reporter', './scripts/support/knip-count.mjs'];
  const { code, output } = await node('knip/bin/knip.js', [...reporters, '--no-progress']);
  return { ok: code === 0, looked: countIn(output, /looked at (\d+) files/), output };
};

const linesIn = (path) => readFileSync(path, 'utf8').trimEnd().split('\n').length;

const sizes = () => {
  const files = filesBelow(inRoot('src')).filter((path) => path.endsWith('.ts'));
  const tooLong = files.filter((path) => linesIn(path) > maxLines);
  const told = tooLong.map(
    (path) => `${relative(root, path)}: ${linesIn(path)} of ${maxLines} lines`,
  );
  return { ok: tooLong.length === 0, looked: files.length, output: told.join('\n') };
};

const architecture = async () => {
  const { code, output, numbers } = await withReport((reporting) =>
    node('vitest/vitest.mjs', ['run', architectureTest, ...reporting]),
  );
  return { ok: code === 0 && numbers.failed === 0, looked: numbers.passed, output };
};

/** What is checked without running the system; each looks at something, or has failed. */
const checks = [
  { name: 'types', unit: 'files', look: types },
  { name: 'lint and format', unit: 'files', look: lint },
  { name: 'dead code', unit: 'files', look: deadCode },
  { name: 'sizes', unit: 'files', look: sizes },
  { name: 'architecture', unit: 'rules', look: architecture },
];

const looked = async ({ name, unit, look }) => {
  const result = await look();
  const ok = result.ok && result.looked > 0;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}: ${result.looked} ${unit}`);
  if (!ok) console.log(result.output.trim());
  return { name, ok };
};

/** Runs every check, whatever the others say; resolves to the name and verdict of each. */
export const runChecks = async () => {
  const results = [];
  for (const check of checks) {
    if (check.look === architecture && !existsSync(inRoot(architectureTest))) continue;
    results.push(await looked(check));
  }
  return results;
};
