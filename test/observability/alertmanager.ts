import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { parse, stringify } from 'yaml';
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
  readonly #tool: StartedTool;

  private constructor(tool: StartedTool) {
    this.#tool = tool;
  }

  /** @param receiverUrl told of every notification, at a path named after the receiver */
  static async start(context: TestContext, receiverUrl: string): Promise<Alertmanager> {
    const program = programOf(context, 'ALERTMANAGER');
    const tool = await StartedTool.start(program, async ({ folder, address }) => {
      const file = join(folder, 'alertmanager.yaml');
      await writeFile(file, await hurriedConfig(receiverUrl));
      return [
        `--config.file=${file}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ];
    });
    return new Alertmanager(tool);
  }

  get url(): string {
    return this.#tool.url;
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
  }
}

/** The real configuration, telling the receiver and within seconds. */
const hurriedConfig = async (receiverUrl: string): Promise<string> => {
  const config = parse(await readFile(alertmanagerConfig, 'utf8')) as Config;
  for (const route of [config.route, ...config.route.routes])
    Object.assign(route, { group_wait: '1s', group_interval: '2s' } satisfies Times);
  for (const receiver of config.receivers)
    for (const webhook of receiver.webhook_configs) webhook.url = `${receiverUrl}/${receiver.name}`;
  return stringify(config);
};
