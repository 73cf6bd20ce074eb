import { existsSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { homeOf, type Instrument, type Surroundings, startInstrument } from './instrument.ts';
import { scrapeSeconds } from './prometheus.ts';
import { dashboardFolder } from './repository.ts';

/** An installed Grafana: its program, and the folder of its own files. */
export interface InstalledGrafana {
  readonly program: string;
  readonly home: string;
}

/**
 * The Grafana that PATH names, if it names one.
 *
 * Packages put the program into one folder and its files into another, archives keep them together.
 */
export const findGrafana = (searchPath: string): InstalledGrafana | undefined => {
  const programs = searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'grafana'))
    .filter((path) => existsSync(path));
  for (const program of programs) {
    const beside = dirname(dirname(realpathSync(program)));
    const home = [beside, join(beside, 'share/grafana'), '/usr/share/grafana'].find((folder) =>
      existsSync(join(folder, 'conf/defaults.ini')),
    );
    if (home) return { program, home };
  }
  return undefined;
};

/** Where the data comes from and which dashboards there are, in Grafana's files for that. */
export const writeProvisioning = async (folder: string, prometheusUrl: string): Promise<void> => {
  const files = {
    datasources: {
      apiVersion: 1,
      datasources: [
        {
          name: 'Millrace',
          uid: 'millrace',
          type: 'prometheus',
          access: 'proxy',
          url: prometheusUrl,
          isDefault: true,
          jsonData: { timeInterval: `${scrapeSeconds}s` },
        },
      ],
    },
    dashboards: {
      apiVersion: 1,
      providers: [{ name: 'Millrace', type: 'file', options: { path: dashboardFolder } }],
    },
  };
  for (const [kind, content] of Object.entries(files)) {
    await mkdir(join(folder, kind), { recursive: true });
    await writeFile(join(folder, kind, 'millrace.yaml'), JSON.stringify(content, null, 2));
  }
};

/** Starts a Grafana that anybody on this machine may look at, with the dashboards in it. */
export const startGrafana = async (
  { program, home: ownFiles }: InstalledGrafana,
  { url, prometheusUrl }: { readonly url: string; readonly prometheusUrl: string },
  surroundings: Surroundings,
): Promise<Instrument> => {
  const home = await homeOf(surroundings, 'grafana');
  const provisioning = join(home, 'provisioning');
  await writeProvisioning(provisioning, prometheusUrl);
  const { hostname, port } = new URL(url);
  const settings = {
    GF_SERVER_HTTP_ADDR: hostname,
    GF_SERVER_HTTP_PORT: port,
    GF_PATHS_DATA: join(home, 'data'),
    GF_PATHS_LOGS: join(home, 'logs'),
    GF_PATHS_PLUGINS: join(home, 'plugins'),
    GF_PATHS_PROVISIONING: provisioning,
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: join(dashboardFolder, 'overview.json'),
  };
  const process = await startInstrument(
    {
      name: 'grafana',
      command: program,
      args: ['server', `--homepath=${ownFiles}`, `--pidfile=${join(home, 'grafana.pid')}`],
      environment: { ...surroundings.environment, ...settings },
      home,
      readyUrl: `${url}/api/health`,
    },
    surroundings,
  );
  return { process, addresses: [['Grafana', `${url}/d/millrace-overview`]] };
};
