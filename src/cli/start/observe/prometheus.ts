import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '../free-port.ts';
import { homeOf, type Instrument, type Surroundings, startInstrument } from './instrument.ts';
import { dashboardFolder, rulesFolder, runbookFolder } from './repository.ts';

/** The port on which everybody expects a Prometheus. */
const preferredPort = 9090;
/** A person who looks waits for this; on a machine of one's own it costs nothing. */
export const scrapeSeconds = 5;

/** What a Prometheus of one's own works with. */
interface Partners {
  readonly targetsFile: string;
  /** Host and port of an Alertmanager, when there is one. */
  readonly alertmanager: string | undefined;
  /** Where a Grafana shows the dashboards, when there is one. */
  readonly dashboards: string | undefined;
}

/**
 * The configuration of the local Prometheus, as JSON, which is YAML.
 *
 * The rules say themselves how often they are evaluated. What their links begin with are labels, which
 * are taken off again.
 */
export const prometheusConfig = ({ targetsFile, alertmanager, dashboards }: Partners): string =>
  JSON.stringify(
    {
      global: {
        scrape_interval: `${scrapeSeconds}s`,
        scrape_timeout: `${scrapeSeconds - 1}s`,
        external_labels: {
          dashboards: dashboards ?? pathToFileURL(dashboardFolder).href,
          runbooks: pathToFileURL(runbookFolder).href,
        },
      },
      rule_files: [join(rulesFolder, '*.rules.yaml')],
      alerting: {
        alert_relabel_configs: [{ action: 'labeldrop', regex: 'dashboards|runbooks' }],
        alertmanagers: alertmanager ? [{ static_configs: [{ targets: [alertmanager] }] }] : [],
      },
      scrape_configs: [
        {
          job_name: 'millrace',
          file_sd_configs: [{ files: [targetsFile], refresh_interval: '5s' }],
        },
      ],
    },
    null,
    2,
  );

/** Starts a Prometheus that asks the targets and evaluates the rules. */
export const startPrometheus = async (
  program: string,
  partners: Partners,
  surroundings: Surroundings,
): Promise<Instrument & { readonly url: string }> => {
  const home = await homeOf(surroundings, 'prometheus');
  const config = join(home, 'prometheus.yml');
  await writeFile(config, prometheusConfig(partners));
  const port = await freePort(preferredPort);
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
    '--log.level=warn',
  ];
  const process = await startInstrument(
    { name: 'prometheus', command: program, args, home, readyUrl: `${url}/-/ready` },
    surroundings,
  );
  return { process, url, addresses: await addressesAt(url) };
};

/** Some packages leave the pages out: then there is what the pages would ask for. */
const addressesAt = async (url: string): Promise<Instrument['addresses']> => {
  const hasPages = await fetch(url).then(({ ok }) => ok);
  const [first, more] = hasPages
    ? [url, url]
    : [`${url}/api/v1/query?query=millrace:system_up`, `${url}/api/v1`];
  return [
    ['Prometheus', first],
    ['  targets', `${more}/targets`],
    ['  alerts', `${more}/alerts`],
  ];
};
