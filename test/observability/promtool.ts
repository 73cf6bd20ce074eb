import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { stringify } from 'yaml';
import { programOf, runTool, type Said } from '../support/tool.ts';

/** The folder of the rules. */
export const rulesFolder = join(import.meta.dirname, '../../k8s/observability/rules');

/** Runs promtool in the folder of the rules. Without one the test is skipped, or in CI fails. */
export const promtool = (context: TestContext, ...commandLine: readonly string[]): Promise<Said> =>
  runTool(programOf(context, 'PROMTOOL'), commandLine, { cwd: rulesFolder });

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
