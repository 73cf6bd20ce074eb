import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const pagesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(folder, file));

/** Every page that somebody wrote. */
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...['docs', 'k8s', 'src', 'test', 'bench', 'sample', 'scripts'].flatMap(pagesBelow),
];

/** The text without what is code: there brackets are no links, and # is no heading. */
const proseOf = (file: string): string =>
  readFileSync(file, 'utf8')
    .replace(/^( *)```.*?^\1```$/gms, '')
    .replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** The anchor of a heading, as Markdown is shown on the web. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchorsIn = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const linksIn = (page: string): readonly string[] =>
  [...proseOf(join(root, page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

const leadsNowhere = (page: string, link: string): boolean => {
  const from = join(root, page);
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? from : resolve(dirname(from), path);
  if (!existsSync(file)) return true;
  if (anchor === undefined) return false;
  return statSync(file).isDirectory() || !anchorsIn(file).includes(anchor);
};

test('there are pages and links to look at', () => {
  expect(pages.length).toBeGreaterThan(80);
  expect(pages.flatMap(linksIn).length).toBeGreaterThan(200);
});

test.each(pages)('every link of %s leads somewhere', (page) => {
  expect(linksIn(page).filter((link) => leadsNowhere(page, link))).toEqual([]);
});
