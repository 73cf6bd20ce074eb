import { execFile } from 'node:child_process';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildah, buildahWithoutNetwork, podman } from './podman.ts';

const root = resolve(import.meta.dirname, '../../..');
const execute = promisify(execFile);

/** Images made of this machine's own programs: what stands in for a registry's where there is none. */
const base = {
  build: `localhost/millrace/node-build:${process.version}`,
  runtime: `localhost/millrace/node-run:${process.version}`,
};

/** What the images of the test are called. */
export const images = { millrace: 'localhost/millrace/e2e', nats: 'localhost/millrace/nats' };

/** The libraries that a program needs, the loader among them. */
const librariesOf = async (program: string): Promise<readonly string[]> => {
  const { stdout } = await execute('ldd', [program]);
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+)/gm)].map(([, path]) => path ?? '');
};

const which = async (name: string): Promise<string> => {
  const { stdout } = await execute('which', [name]);
  return realpath(stdout.trim());
};

/** Puts programs of this machine into a folder, each with its libraries, under the given paths. */
const plant = async (
  folder: string,
  programs: readonly (readonly [from: string, to: string])[],
): Promise<void> => {
  for (const [from, to] of programs) {
    const files = [[from, to], ...(await librariesOf(from)).map((path) => [path, path])];
    for (const [source = '', target = ''] of files) {
      await mkdir(dirname(join(folder, target)), { recursive: true });
      await copyFile(await realpath(source), join(folder, target));
    }
  }
};

const people =
  'root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';

interface Recipe {
  readonly image: string;
  readonly fill: (folder: string) => Promise<void>;
  readonly settings?: readonly string[];
}

const make = async ({ image, fill, settings = [] }: Recipe): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-image-'));
  try {
    await fill(folder);
    await mkdir(join(folder, 'etc'), { recursive: true });
    await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o1777 });
    await writeFile(join(folder, 'etc/passwd'), people);
    const container = await buildah('from', 'scratch');
    await buildah('copy', '-q', container, folder, '/');
    if (settings.length > 0) await buildah('config', ...settings, container);
    await buildah('commit', '-q', '--timestamp', '0', '--rm', container, image);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const libraries = ['librt.so.1', 'libdl.so.2', 'libpthread.so.0'].map(
  (name) => `/lib/x86_64-linux-gnu/${name}`,
);

const nodeRun: Recipe = {
  image: base.runtime,
  fill: (folder) =>
    plant(folder, [
      [process.execPath, '/nodejs/bin/node'],
      // Node itself does without them, native modules do not; a real base has all of the C library.
      ...libraries.map((path): [string, string] => [path, path]),
    ]),
};

/** What `RUN` lines of the Dockerfile call. */
const tools = ['sh', 'rm', 'mkdir', 'env'];

const nodeBuild: Recipe = {
  image: base.build,
  fill: async (folder) => {
    const programs = await Promise.all(
      tools.map(async (name): Promise<[string, string]> => [await which(name), `/usr/bin/${name}`]),
    );
    await plant(folder, [[process.execPath, '/usr/bin/node'], ...programs]);
    await symlink('usr/bin', join(folder, 'bin'));
    const npm = resolve(dirname(await which('npm')), '..');
    await mkdir(join(folder, 'usr/lib'), { recursive: true });
    await execute('cp', ['-a', npm, join(folder, 'usr/lib', basename(npm))]);
    await symlink('../lib/npm/bin/npm-cli.js', join(folder, 'usr/bin/npm'));
    await mkdir(join(folder, 'root'));
    // The same registry as on this machine, and the same trust.
    await copyIfThere(join(homedir(), '.npmrc'), join(folder, 'root/.npmrc'));
    await copyIfThere(
      '/etc/ssl/certs/ca-certificates.crt',
      join(folder, 'etc/ssl/certs/ca-certificates.crt'),
    );
  },
  settings: [
    ...['--env', 'PATH=/usr/bin', '--env', 'HOME=/root'],
    ...['--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'],
  ],
};

const copyIfThere = async (from: string, to: string): Promise<void> => {
  const there = await readFile(from).catch(() => undefined);
  if (!there) return;
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, there);
};

const nats = (program: string): Recipe => ({
  image: images.nats,
  fill: async (folder) => plant(folder, [[await realpath(program), '/usr/bin/nats-server']]),
  settings: ['--env', 'PATH=/usr/bin'],
});

/** Builds the project's image from its Dockerfile, out of what is on this machine; its digest. */
export const buildImage = async (image: string): Promise<string> => {
  await buildah(...build(image), root);
  return digestOf(image);
};

/** Builds it from nothing but the files, the bases and the packages of a build before; its digest. */
export const buildImageAgain = async (image: string): Promise<string> => {
  await buildahWithoutNetwork(...build(image), '--build-arg', 'NPM_CONFIG_OFFLINE=true', root);
  return digestOf(image);
};

/** No layer is taken from a build before: each step runs, and the first time it fills the cache. */
const build = (image: string): readonly string[] => [
  ...['build', '--pull=never', '--network=host', '--isolation=chroot', '--timestamp', '0'],
  ...['--no-cache', '-t', image, '--build-arg', 'VERSION=0.0.0-e2e'],
  ...['--build-arg', `BUILD_IMAGE=${base.build}`, '--build-arg', `RUNTIME_IMAGE=${base.runtime}`],
];

const digestOf = (image: string): Promise<string> =>
  podman('image', 'inspect', image, '--format', '{{.Digest}}');

/** Makes the bases that stand in for a registry's. */
export const makeBases = async (): Promise<void> => {
  for (const recipe of [nodeRun, nodeBuild]) if (!(await isThere(recipe.image))) await make(recipe);
};

/** They stay for the next run. */
const isThere = (image: string): Promise<boolean> =>
  podman('image', 'exists', image).then(
    () => true,
    () => false,
  );

export const makeNatsImage = (program: string): Promise<void> => make(nats(program));

/** How large the base of the image is, in bytes. */
export const baseSize = (): Promise<number> => sizeOf(base.runtime);

/** How large an image is, in bytes. */
export const sizeOf = async (image: string): Promise<number> =>
  Number(await podman('image', 'inspect', image, '--format', '{{.Size}}'));

/** Removes what was made of the project's files. */
export const removeImages = async (): Promise<void> => {
  const names = [...Object.values(images), `${images.millrace}-again`];
  await podman('rmi', '-f', '-i', ...names).catch(() => undefined);
};
