import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findGrafana, writeProvisioning } from '../../../../../src/cli/start/observe/grafana.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-grafana-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const installedBelow = async (home: string, files = home): Promise<string> => {
  await mkdir(join(home, 'bin'), { recursive: true });
  await mkdir(join(files, 'conf'), { recursive: true });
  await writeFile(join(files, 'conf/defaults.ini'), '');
  const program = join(home, 'bin/grafana');
  await writeFile(program, '');
  await chmod(program, 0o755);
  return program;
};

test('an unpacked archive is found through a link on PATH, with its own files', async () => {
  const home = join(folder, 'grafana-12');
  const program = await installedBelow(home);
  await mkdir(join(folder, 'links'));
  await symlink(program, join(folder, 'links/grafana'));

  const found = findGrafana(`${join(folder, 'empty')}:${join(folder, 'links')}`);

  expect(found).toEqual({ program: join(folder, 'links/grafana'), home });
});

test('a package that keeps its files apart is found too', async () => {
  const program = await installedBelow(folder, join(folder, 'share/grafana'));

  expect(findGrafana(join(folder, 'bin'))).toEqual({
    program,
    home: join(folder, 'share/grafana'),
  });
});

test('without a program on PATH there is none', () => {
  expect(findGrafana(`${folder}::`)).toBeUndefined();
});

test('Grafana is told where the figures come from and where the dashboards are', async () => {
  await writeProvisioning(folder, 'http://127.0.0.1:9090');

  const read = async (kind: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, kind, 'millrace.yaml'), 'utf8'));
  const dashboards = (await read('dashboards')) as {
    providers: readonly { options: { path: string } }[];
  };
  const path = dashboards.providers[0]?.options.path ?? '';

  expect(await read('datasources')).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: 'prometheus', url: 'http://127.0.0.1:9090', isDefault: true }],
  });
  expect(await readdir(path)).toContain('overview.json');
});
