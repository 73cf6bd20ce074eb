import { versionAt } from './accept.ts';
import { provision } from './provision.ts';
import { type Tool, tools } from './tools.ts';

const known: Readonly<Record<string, Tool>> = tools;

const toolNamed = (name: string): Tool => {
  const tool = known[name];
  if (tool === undefined)
    throw new TypeError(`no tool is called "${name}": there are ${Object.keys(known).join(', ')}`);
  return tool;
};

const names = process.argv.slice(2);
try {
  for (const tool of (names.length === 0 ? Object.keys(known) : names).map(toolNamed)) {
    const path = await provision(tool, { log: console.error });
    console.log(`${tool.name} ${path} ${await versionAt(path, tool)}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
