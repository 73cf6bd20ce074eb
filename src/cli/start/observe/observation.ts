import { provision } from '../../provision/provision.ts';
import { type Tool, tools } from '../../provision/tools.ts';
import { freePort } from '../free-port.ts';
import { StartFailed } from '../start-failed.ts';
import { startAlertmanager } from './alertmanager.ts';
import { findGrafana, type InstalledGrafana, startGrafana } from './grafana.ts';
import type { Instrument, Surroundings } from './instrument.ts';
import { startPrometheus } from './prometheus.ts';
import type { ScrapeTargets } from './scrape-targets.ts';

/** The programs that watch a shop. Without a Prometheus there is nothing to see. */
export interface ObservationTools {
  readonly prometheus: string;
  readonly alertmanager: string | undefined;
  readonly grafana: InstalledGrafana | undefined;
}

const withoutAlertmanager = "going on without it: alerts are on Prometheus' own page";
/** Grafana's own port is the gateway's. */
const grafanaPort = 3001;
/** Longer than any of them takes to write what it holds. */
const stopMs = 10_000;

/**
 * Finds the programs, or gets them; says which of them are missing and what that means.
 *
 * @throws StartFailed without a Prometheus
 */
export const findTools = async (
  environment: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<ObservationTools> => {
  const get = (tool: Tool): Promise<string> => provision(tool, { log: say });
  const prometheus = await get(tools.prometheus).catch((error: unknown) => {
    throw new StartFailed(`--observe needs a Prometheus. ${messageOf(error)}`, { cause: error });
  });
  const alertmanager = await get(tools.alertmanager).catch((error: unknown) => {
    say(`${messageOf(error)}\n${withoutAlertmanager}`);
    return undefined;
  });
  const grafana = findGrafana(environment['PATH'] ?? '');
  if (!grafana) {
    say(
      'no grafana on PATH: going on without it; the dashboards in k8s/observability/dashboards can be imported into any',
    );
  }
  return { prometheus, alertmanager, grafana };
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Prometheus, and Alertmanager and Grafana where there are any, beside a shop. */
export class Observation {
  readonly instruments: readonly Instrument[];

  private constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
  }

  /** Starts them all; resolves when they are ready. @throws StartFailed when one does not start */
  static async open(
    { prometheus, alertmanager, grafana }: ObservationTools,
    targets: ScrapeTargets,
    surroundings: Surroundings,
  ): Promise<Observation> {
    const started: Instrument[] = [];
    try {
      await targets.write();
      const alerts = await tryAlertmanager(alertmanager, surroundings);
      if (alerts) started.push(alerts);
      const url = grafana && `http://127.0.0.1:${await freePort(grafanaPort)}`;
      const partners = {
        targetsFile: targets.file,
        alertmanager: alerts ? alerts.host : undefined,
        dashboards: url,
      };
      const store = await startPrometheus(prometheus, partners, surroundings);
      started.push(store);
      if (grafana && url) {
        const addresses = { url, prometheusUrl: store.url };
        started.push(await startGrafana(grafana, addresses, surroundings));
      }
      return new Observation(started.reverse());
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  /** What people can look at, a name and an address each. */
  get addresses(): readonly (readonly [string, string])[] {
    return this.instruments.flatMap(({ addresses }) => addresses);
  }

  /** Ends them; what they know stays in the data folder. */
  stop(): Promise<void> {
    return stopAll(this.instruments);
  }
}

/** Some packages' program runs only where the package is installed: nobody misses the shop for that. */
const tryAlertmanager = async (program: string | undefined, surroundings: Surroundings) => {
  if (program === undefined) return undefined;
  try {
    return await startAlertmanager(program, surroundings);
  } catch (error) {
    if (!(error instanceof StartFailed)) throw error;
    surroundings.say(`${error.message}\n${withoutAlertmanager}`);
    return undefined;
  }
};

const stopAll = async (instruments: readonly Instrument[]): Promise<void> => {
  await Promise.all(instruments.map(({ process }) => process.stop(stopMs)));
};
