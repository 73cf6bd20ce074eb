import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const packages = /^'(\S+\/debian)\/dists\/([^/\s]+)\/InRelease'/m;
const networkTimeoutMs = 300_000;

/** The mirror of Debian that this machine is configured with, and the suite it takes from there. */
export interface Mirror {
  readonly url: string;
  readonly suite: string;
}

/** Asks apt where it would fetch its lists from: no name of a mirror is written here. */
export const configuredMirror = async (): Promise<Mirror> => {
  const [, url, suite] =
    packages.exec(await runCommand('apt-get', ['update', '--print-uris'])) ?? [];
  if (url === undefined || suite === undefined)
    throw new Error('apt is configured with no mirror of Debian');
  return { url, suite };
};

/** Lists of one suite in a folder of our own: apt reads and writes nothing else, so no root is needed. */
export class DebianSuite {
  readonly #mirror: Mirror;
  readonly #folder: string;

  constructor(mirror: Mirror, folder: string) {
    this.#mirror = mirror;
    this.#folder = folder;
  }

  /** Fetches the lists; apt checks their signature. */
  async update(): Promise<void> {
    await mkdir(join(this.#folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(this.#folder, 'archives', 'partial'), { recursive: true });
    const { url, suite } = this.#mirror;
    const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
    await writeFile(this.#sources, `deb ${signed}${url} ${suite} main\n`);
    await this.#apt('apt-get', ['update', '--error-on=any'], this.#folder);
  }

  /** Downloads the first of some packages that the suite has and unpacks it below `root`; installs nothing. */
  async unpack(debianPackages: readonly string[], folder: string): Promise<string> {
    await this.#apt('apt-get', ['download', await this.#firstKnown(debianPackages)], folder);
    const root = join(folder, 'root');
    await runCommand('sh', ['-c', 'dpkg -x ./*.deb "$0"', root], { cwd: folder });
    return root;
  }

  async #firstKnown(debianPackages: readonly string[]): Promise<string> {
    for (const name of debianPackages) {
      const known = await this.#apt('apt-cache', ['policy', name], this.#folder);
      if (known.includes('Candidate:')) return name;
    }
    const wanted = debianPackages.join(' or ') || 'that would do';
    throw new Error(`${this.#mirror.suite} has no package ${wanted}`);
  }

  get #sources(): string {
    return join(this.#folder, 'sources.list');
  }

  #apt(command: string, args: readonly string[], cwd: string): Promise<string> {
    const options = [
      `Dir::Etc::SourceList=${this.#sources}`,
      'Dir::Etc::SourceParts=/dev/null',
      `Dir::State::Lists=${join(this.#folder, 'lists')}`,
      'Dir::State::Status=/dev/null',
      `Dir::Cache=${this.#folder}`,
      'APT::Sandbox::User=',
      'Acquire::Languages=none',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    ];
    return runCommand(command, [...args, '-qq', ...options.flatMap((each) => ['-o', each])], {
      cwd,
      timeoutMs: networkTimeoutMs,
    });
  }
}
