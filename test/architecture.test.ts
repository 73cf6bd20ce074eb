import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A part of the house: its files, and the parts that they may use. `own` is the folder of the same service. */
interface Part {
  readonly name: string;
  readonly files: RegExp;
  readonly uses: readonly string[] | 'anything';
}

/** The first part that a file is in counts. */
const parts: readonly Part[] = [
  { name: 'contracts', files: /^src\/contracts\//, uses: [] },
  { name: 'di', files: /^src\/infra\/di\//, uses: [] },
  { name: 'pipeline', files: /^src\/infra\/pipeline\//, uses: ['contracts', 'di'] },
  { name: 'nats', files: /^src\/infra\/nats\//, uses: ['contracts', 'pipeline'] },
  { name: 'memory', files: /^src\/infra\/memory\//, uses: ['contracts', 'pipeline'] },
  { name: 'observability', files: /^src\/infra\/observability\//, uses: ['contracts', 'pipeline'] },
  {
    name: 'tracing',
    files: /^src\/infra\/tracing\//,
    uses: ['contracts', 'pipeline', 'observability'],
  },
  { name: 'passwords', files: /^src\/infra\/passwords\//, uses: [] },
  {
    name: 'runtime',
    files: /^src\/infra\/runtime\//,
    uses: ['contracts', 'di', 'pipeline', 'nats', 'observability', 'tracing'],
  },
  // A composition root knows the runtime; what a service is made of does not.
  { name: 'worker main', files: /^src\/workers\/[^/]+\/main\.ts$/, uses: ['own', 'runtime'] },
  {
    name: 'worker composition',
    files: /^src\/workers\/[^/]+\/composition\.ts$/,
    uses: ['own', 'di', 'passwords'],
  },
  { name: 'workers', files: /^src\/workers\//, uses: ['own', 'contracts', 'pipeline', 'di'] },
  {
    name: 'gateway main',
    files: /^src\/gateway\/(main|start-gateway|read-keys)\.ts$/,
    uses: ['gateway', 'contracts', 'pipeline', 'observability', 'passwords', 'runtime'],
  },
  {
    name: 'gateway',
    files: /^src\/gateway\//,
    uses: ['contracts', 'pipeline', 'observability', 'passwords'],
  },
  {
    name: 'observer main',
    files: /^src\/observer\/(main|start-observer)\.ts$/,
    uses: ['observer', 'contracts', 'pipeline', 'observability', 'runtime'],
  },
  {
    name: 'observer',
    files: /^src\/observer\//,
    uses: ['contracts', 'pipeline', 'observability'],
  },
  { name: 'cli', files: /^src\/cli\//, uses: 'anything' },
];

/** Who may use a package; one that is not listed may be used by nobody. */
const packages: Readonly<Record<string, RegExp>> = {
  zod: /^src\/(contracts|infra\/(pipeline|memory|runtime)|workers|gateway|cli)\//,
  nats: /^src\/infra\/nats\//,
  tsyringe: /^src\/infra\/di\//,
  'reflect-metadata': /^src\/infra\/di\//,
  'lru-cache': /^src\/(infra\/pipeline|gateway)\//,
  pino: /^src\/infra\/observability\//,
  'prom-client': /^src\/infra\/observability\//,
  '@opentelemetry/api': /^src\/infra\/tracing\//,
  '@opentelemetry/core': /^src\/infra\/tracing\/sdk\.ts$/,
  '@opentelemetry/resources': /^src\/infra\/tracing\/sdk\.ts$/,
  '@opentelemetry/sdk-trace-base': /^src\/infra\/tracing\/sdk\.ts$/,
  '@opentelemetry/exporter-trace-otlp-http': /^src\/infra\/tracing\/sdk\.ts$/,
  '@opentelemetry/exporter-trace-otlp-proto': /^src\/infra\/tracing\/sdk\.ts$/,
  '@node-rs/argon2': /^src\/infra\/passwords\//,
  minisearch: /^src\/workers\/product\/views\//,
  'minisearch/SearchableMap': /^src\/workers\/product\/views\//,
  jose: /^src\/gateway\/auth\//,
  fastify: /^src\/gateway\//,
  'fastify-type-provider-zod': /^src\/gateway\//,
  '@fastify/rate-limit': /^src\/gateway\/edge\//,
  '@fastify/swagger': /^src\/gateway\/routes\//,
  '@fastify/swagger-ui': /^src\/gateway\/routes\//,
  'cli-progress': /^src\/cli\/terminal\//,
};

/** What only few may do, and who. */
const reserved: readonly { readonly what: string; readonly sign: RegExp; readonly by: RegExp }[] = [
  {
    what: 'reading the environment',
    sign: /\bprocess\.env\b/,
    by: /^src\/(infra\/runtime\/config|cli\/provision\/provision|cli\/start\/main)\.ts$/,
  },
  {
    what: 'asking for the time of day',
    sign: /\bDate\.now\(|\bnew Date\(\)/,
    by: /^src\/(infra\/runtime\/system-clock\.ts$|cli\/)/,
  },
  {
    what: 'random numbers',
    sign: /\bMath\.random\b/,
    by: /^src\/(infra\/pipeline\/retry-policy\.ts$|cli\/)/,
  },
  {
    what: 'ending the process',
    sign: /\bprocess\.exit\(/,
    by: /^src\/(infra\/runtime\/(run-main|open-process|shutdown)\.ts$|cli\/)/,
  },
  {
    what: 'a subject written by hand',
    sign: /\b(publish\w*|request|subscribe)\(\s*`|\bsubject:\s*`/,
    by: /^src\/infra\/nats\/(pull-loop|js-api|publish-acks)\.ts$/,
  },
];

/** The code without its comments, where an import or a forbidden word does no harm. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** What a file imports: files by their path below the root, packages by their name. */
const importsOf = (path: string, code: string): string[] =>
  [...code.matchAll(importPattern)].map(([, from, dynamic]) => {
    const wanted = from ?? dynamic ?? '';
    return wanted.startsWith('.') ? posix.normalize(posix.join(dirname(path), wanted)) : wanted;
  });

interface Source {
  readonly path: string;
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(join(root, 'src'), {
  recursive: true,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => {
    const file = join(entry.parentPath, entry.name);
    const path = relative(root, file).replaceAll('\\', '/');
    const text = readFileSync(file, 'utf8');
    const code = withoutComments(text);
    return { path, code, lines: text.split('\n').length - 1, imports: importsOf(path, code) };
  });

const partOf = (path: string): Part | undefined => parts.find(({ files }) => files.test(path));

/** The folder of the service that a file belongs to. */
const serviceOf = (path: string): string | undefined => /^src\/workers\/[^/]+\//.exec(path)?.[0];

const mayUse = (from: string, to: string): boolean => {
  const part = partOf(from);
  const other = partOf(to)?.name ?? '';
  if (!part) return false;
  if (part.uses === 'anything') return true;
  if (part.uses.includes('own') && serviceOf(from) === serviceOf(to)) return true;
  return (part.name === other && !part.uses.includes('own')) || part.uses.includes(other);
};

const isPackage = (name: string): boolean => !name.startsWith('src/') && !name.startsWith('node:');

/** The files of a cycle, in order, if there is one that can be reached. */
const findCycle = (graph: ReadonlyMap<string, readonly string[]>): string[] | undefined => {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...way, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
};

describe('the architecture', () => {
  const edges = sources.flatMap(({ path, imports }) => imports.map((to) => ({ path, to })));
  const inside = edges.filter(({ to }) => to.startsWith('src/'));

  it('is looked at as a whole', () => {
    const outside = edges.filter(({ to }) => isPackage(to));
    process.stdout.write(
      `architecture: ${sources.length} files, ${inside.length} imports among them, ${outside.length} of packages\n`,
    );
    expect(sources.length).toBeGreaterThan(180);
    expect(inside.length).toBeGreaterThan(500);
    expect(outside.length).toBeGreaterThan(60);
    for (const { name, files } of parts) {
      expect(
        sources.some(({ path }) => files.test(path)),
        `files of ${name}`,
      ).toBe(true);
    }
    const known = new Set(sources.map(({ path }) => path));
    expect(inside.filter(({ to }) => !known.has(to))).toEqual([]);
  });

  it('has a part for every file', () => {
    expect(sources.filter(({ path }) => !partOf(path)).map(({ path }) => path)).toEqual([]);
  });

  it('lets each part use only those below it', () => {
    const wrong = inside.filter(({ path, to }) => !mayUse(path, to));

    expect(wrong.map(({ path, to }) => `${path} must not use ${to}`)).toEqual([]);
  });

  it('keeps each package where it belongs', () => {
    const wrong = edges.filter(({ path, to }) => isPackage(to) && !packages[to]?.test(path));

    expect(wrong.map(({ path, to }) => `${path} must not use the package ${to}`)).toEqual([]);
    const used = new Set(edges.map(({ to }) => to));
    expect(Object.keys(packages).filter((name) => !used.has(name))).toEqual([]);
  });

  it('has no circle of imports', () => {
    expect(findCycle(new Map(sources.map(({ path, imports }) => [path, imports])))).toBeUndefined();
  });

  for (const { what, sign, by } of reserved) {
    it(`reserves ${what}`, () => {
      const wrong = sources.filter(({ path, code }) => sign.test(code) && !by.test(path));

      expect(wrong.map(({ path }) => path)).toEqual([]);
      // Nobody is named in vain.
      expect(sources.some(({ path, code }) => sign.test(code) && by.test(path))).toBe(true);
    });
  }

  it('has no file of more than 250 lines', () => {
    expect(sources.filter(({ lines }) => lines > 250).map(({ path }) => path)).toEqual([]);
  });
});
