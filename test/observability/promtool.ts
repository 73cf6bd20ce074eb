import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { stringify } from 'yaml';

/** What a program said: its exit code, and everything that it printed. */
export interface Said {
  readonly code: number;
  readonly output: string;
}

/** The folder of the rules. */
export const rulesFolder = join(import.meta.dirname, '../../k8s/prometheus');

/** Runs promtool in the folder of the rules. Without one the test is skipped, or in CI fails. */
export const promtool = async (
  context: TestContext,
  ...commandLine: readonly string[]
): Promise<Said> => {
  const program = process.env['PROMTOOL'];
  if (!program) {
    const reason = 'PROMTOOL names no promtool';
    if (process.env['CI']) throw new Error(reason);
    process.stderr.write(`skipped "${context.task.name}": ${reason}\n`);
    context.skip(reason);
  }
  return new Promise((resolve, reject) => {
    execFile(program, commandLine, { cwd: rulesFolder }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
};

/** The same, with a file of its own that holds a document. */
export const promtoolOn = async (
  context: TestContext,
  document: unknown,
  ...commandLine: readonly string[]
): Promise<Said> => {
  const folder = await mkdtemp(join(tmpdir(), 'promtool-'));
  try {
    const file = join(folder, 'document.yaml');
    await writeFile(file, stringify(document));
    return await promtool(context, ...commandLine, file);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** What promtool says to expressions, each wrapped in a rule of its own. */
export const checkExpressions = (
  context: TestContext,
  expressions: readonly string[],
): Promise<Said> => {
  const rules = expressions.map((expr, index) => ({ record: `wrapped:expression${index}`, expr }));
  return promtoolOn(context, { groups: [{ name: 'wrapped', rules }] }, 'check', 'rules');
};
