import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../support/nats-server.ts';
import { programOf, runTool, type Said, StartedTool } from '../support/tool.ts';

/** The configuration of Alertmanager. */
export const alertmanagerConfig = join(
  import.meta.dirname,
  '../../k8s/observability/alertmanager/alertmanager.yaml',
);

/** Runs amtool. Without one the test is skipped, or in CI fails. */
export const amtool = (context: TestContext, ...commandLine: readonly string[]): Promise<Said> =>
  runTool(programOf(context, 'AMTOOL'), commandLine);

/** An alert as Alertmanager is told of it. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An alert as Alertmanager tells of it. */
export interface HeldAlert extends PostedAlert {
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: {
    readonly state: 'active' | 'suppressed' | 'unprocessed';
    readonly inhibitedBy: readonly string[];
  };
}

/** How long alerts wait for others before they are told. */
interface Times {
  group_wait?: string;
  group_interval?: string;
}

interface Config {
  readonly route: Times & { readonly routes: readonly Times[] };
  readonly receivers: {
    readonly name: string;
    webhook_configs: { url: string; send_resolved?: boolean }[];
  }[];
}

/** A real Alertmanager with the real configuration; only that it waits less, and whom it tells. */
export class Alertmanager implements AsyncDisposable {
  readonly url: string;
  readonly #tool: StartedTool;
  readonly #folder: string;

  private constructor(url: string, tool: StartedTool, folder: string) {
    this.url = url;
    this.#tool = tool;
    this.#folder = folder;
  }

  /** @param receiverUrl told of every notification, at a path named after the receiver */
  static async start(context: TestContext, receiverUrl: string): Promise<Alertmanager> {
    const program = programOf(context, 'ALERTMANAGER');
    const folder = await mkdtemp(join(tmpdir(), 'millrace-alertmanager-'));
    const config = parse(await readFile(alertmanagerConfig, 'utf8')) as Config;
    for (const route of [config.route, ...config.route.routes])
      Object.assign(route, { group_wait: '1s', group_interval: '2s' } satisfies Times);
    for (const receiver of config.receivers)
      for (const webhook of receiver.webhook_configs)
        webhook.url = `${receiverUrl}/${receiver.name}`;
    const file = join(folder, 'alertmanager.yaml');
    await writeFile(file, stringify(config));
    const url = `http://127.0.0.1:${await freePort()}`;
    const commandLine = [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${url.slice('http://'.length)}`,
      '--cluster.listen-address=',
    ];
    const tool = await StartedTool.start(program, commandLine, `${url}/-/ready`);
    return new Alertmanager(url, tool, folder);
  }

  /** Tells it of alerts that fire. */
  async post(alerts: readonly PostedAlert[]): Promise<void> {
    const answer = await fetch(`${this.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!answer.ok) throw new Error(`Alertmanager: ${answer.status} ${await answer.text()}`);
  }

  /** What fires, silenced or not. */
  async held(): Promise<readonly HeldAlert[]> {
    const answer = await fetch(`${this.url}/api/v2/alerts`);
    // The shape is Alertmanager's, by its documented API.
    return (await answer.json()) as HeldAlert[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tool[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
