import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { parse, stringify } from 'yaml';
import { serviceLevelRules } from '../../../k8s/observability/service-level-rules.ts';
import type { ServiceLevel } from '../../../k8s/observability/service-levels.ts';
import { ruleFiles } from '../../observability/prometheus-files.ts';
import { rulesFolder } from '../../observability/promtool.ts';
import { programOf, StartedTool } from '../../support/tool.ts';
import { fasterRules } from './faster-rules.ts';

/** One series of an answer, at one moment. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusOptions {
  /** What it scrapes, as `host:port`, each with a name. */
  readonly targets: readonly { readonly name: string; readonly address: string }[];
  /** Whom it tells of alerts, as `host:port`. */
  readonly alertmanager?: string;
  /** In the place of those of the shop. */
  readonly levels: readonly ServiceLevel[];
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** A real Prometheus with the real configuration and rules, for which time runs faster. */
export class Prometheus implements AsyncDisposable {
  readonly #tool: StartedTool;

  private constructor(tool: StartedTool) {
    this.#tool = tool;
  }

  static async start(context: TestContext, options: PrometheusOptions): Promise<Prometheus> {
    const program = programOf(context, 'PROMETHEUS');
    const tool = await StartedTool.start(program, async ({ folder, address }) => {
      await writeRules(folder, options.levels);
      const config = join(folder, 'prometheus.yaml');
      await writeFile(config, await configOf(folder, options));
      return [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=warn',
      ];
    });
    return new Prometheus(tool);
  }

  get url(): string {
    return this.#tool.url;
  }

  /** What an expression is now. @throws when Prometheus refuses it */
  async query(expression: string): Promise<readonly Sample[]> {
    const url = `${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`;
    // The shape is Prometheus', by its documented API.
    const { status, error, data } = (await (await fetch(url)).json()) as Answer;
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.result.map(({ metric, value: [, value] }) => ({
      labels: metric,
      value: Number(value),
    }));
  }

  /** The one value of an expression; NaN while it has none. */
  async valueOf(expression: string): Promise<number> {
    const samples = await this.query(expression);
    if (samples.length > 1) throw new Error(`${expression} has ${samples.length} values`);
    return samples[0]?.value ?? Number.NaN;
  }

  /** The alerts that fire, but for the one that always does. */
  async firing(): Promise<readonly string[]> {
    const samples = await this.query('ALERTS{alertstate="firing",alertname!="MillraceWatchdog"}');
    return [...new Set(samples.map(({ labels }) => labels['alertname'] ?? ''))].sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tool[Symbol.asyncDispose]();
  }
}

const writeRules = async (folder: string, levels: readonly ServiceLevel[]): Promise<void> => {
  for (const file of ruleFiles) {
    const text =
      file === 'service-levels.rules.yaml'
        ? stringify(serviceLevelRules(levels), { lineWidth: 0, aliasDuplicateObjects: false })
        : await readFile(join(rulesFolder, file), 'utf8');
    await writeFile(join(folder, file), fasterRules(text));
  }
};

interface Config {
  readonly global: { scrape_interval: string; evaluation_interval: string };
  readonly alerting: { alertmanagers: unknown };
  rule_files: readonly string[];
  scrape_configs: unknown;
}

const configOf = async (
  folder: string,
  { targets, alertmanager }: PrometheusOptions,
): Promise<string> => {
  const config = parse(await readFile(join(rulesFolder, 'prometheus.yaml'), 'utf8')) as Config;
  config.global.scrape_interval = '1s';
  config.global.evaluation_interval = '1s';
  config.rule_files = [join(folder, '*.rules.yaml')];
  config.alerting.alertmanagers = alertmanager
    ? [{ static_configs: [{ targets: [alertmanager] }] }]
    : [];
  config.scrape_configs = [
    {
      job_name: 'millrace',
      static_configs: targets.map(({ name, address }) => ({
        targets: [address],
        labels: { namespace: 'shop', pod: name },
      })),
    },
  ];
  return stringify(config);
};
