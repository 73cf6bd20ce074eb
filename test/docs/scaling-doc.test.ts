import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Manifest, workloadsIn } from '../k8s/manifest.ts';
import { render } from '../k8s/render.ts';
import { type Selector, selects } from '../k8s/selector.ts';

const root = join(import.meta.dirname, '../..');

const pages = [
  'k8s/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('decisions'))
    .map((file) => join('docs', file)),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

const scaling = /kubectl [^\n`]*\bscale\b[^\n`]*--replicas=\d+/g;
const scalingPages = pages.filter(({ text }) => text.search(scaling) >= 0);

test('where a number is set by hand, it is said how that holds with an autoscaler', () => {
  const unsaid = scalingPages.filter(
    ({ text }) =>
      !text.includes('autoscaling.keda.sh/paused-replicas') && !text.includes('#scaling-by-hand'),
  );

  expect(scalingPages.length).toBeGreaterThan(9);
  expect(unsaid.map(({ name }) => name)).toEqual([]);
});

/** What kubectl understands by `-l`, as far as it is used here. */
const selectorOf = (text: string): Selector => {
  const [, key, values] = /^([\w./-]+) in \((.*)\)$/.exec(text) ?? [];
  if (key && values)
    return { matchExpressions: [{ key, operator: 'In', values: values.split(', ') }] };
  const [label = '', value = ''] = text.split('=');
  return { matchLabels: { [label]: value } };
};

const namesBy = (manifests: readonly Manifest[], kind: string, selector: string) =>
  manifests
    .filter((one) => one.kind.toLowerCase() === kind)
    .filter(({ metadata }) => selects(selectorOf(selector), metadata.labels ?? {}))
    .map(({ metadata }) => metadata.name)
    .sort();

const workers = ['worker-cart', 'worker-product', 'worker-user'];

test('what is stopped together is the workers, or these and the gateway: nobody else', async (context) => {
  const manifests = await render(context, 'my-shop');
  const commands = pages.flatMap(({ text }) =>
    [...text.matchAll(/^kubectl -n millrace (?:scale|annotate) (\w+) -l ('[^']+'|\S+)/gm)].map(
      ([, kind = '', selector = '']) => ({ kind, selector: selector.replaceAll("'", '') }),
    ),
  );
  const stopped = commands.map(({ kind, selector }) => namesBy(manifests, kind, selector).join());

  expect(workloadsIn(manifests).length).toBeGreaterThan(workers.length + 3);
  expect(commands.length).toBeGreaterThan(9);
  expect([...new Set(stopped)].sort()).toEqual([['gateway', ...workers].join(), workers.join()]);
  expect(pages.filter(({ text }) => /\bscale \w+ --all\b/.test(text))).toEqual([]);
});

test('no autoscaler starts again what a page has stopped', () => {
  const stopping = pages.filter(({ text }) => /^kubectl .*scale .* --replicas=0$/m.test(text));
  const blocks = stopping.flatMap(({ text }) =>
    [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block),
  );
  const halves = blocks
    .filter((block) => block.includes('--replicas=0'))
    .map((block) => /annotate scaledobject .*paused-replicas=0\n.*--replicas=0\n/s.test(block));

  expect(halves.length).toBeGreaterThan(2);
  expect(halves).toEqual(halves.map(() => true));
});

test('who follows the papers has the metrics server that the autoscaler of the gateway asks', async (context) => {
  const manifests = await render(context, 'my-shop');
  const asksForCpu = manifests.filter(
    ({ kind, spec }) =>
      kind === 'HorizontalPodAutoscaler' && JSON.stringify(spec).includes('"type":"Resource"'),
  );
  const papers = pages.find(({ name }) => name === 'k8s/README.md')?.text ?? '';

  expect(asksForCpu.map(({ metadata }) => metadata.name)).toEqual(['gateway']);
  expect(papers).toMatch(/^ *kubectl apply -f \S+\/metrics-server\/\S+\.yaml$/m);
});
