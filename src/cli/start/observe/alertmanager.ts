import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { homeOf, type Instrument, type Surroundings, startInstrument } from './instrument.ts';
import { alertmanagerFile } from './repository.ts';

/** The port on which everybody expects an Alertmanager. */
const preferredPort = 9093;

/**
 * The configuration of an Alertmanager without the addresses of those whom it would tell.
 *
 * What is grouped and what silences what stays: here one looks at its page.
 */
export const withoutReceivers = (config: string): string =>
  config.replace(/^ {4}webhook_configs:\n(?: {6,}.*\n)*/gm, '');

/** Starts an Alertmanager of one server. */
export const startAlertmanager = async (
  program: string,
  surroundings: Surroundings,
): Promise<Instrument & { readonly host: string }> => {
  const home = await homeOf(surroundings, 'alertmanager');
  const config = join(home, 'alertmanager.yml');
  await writeFile(config, withoutReceivers(await readFile(alertmanagerFile, 'utf8')));
  const host = `127.0.0.1:${await freePort(preferredPort)}`;
  const args = [
    `--config.file=${config}`,
    `--storage.path=${join(home, 'data')}`,
    `--web.listen-address=${host}`,
    // One server has nobody to talk to.
    '--cluster.listen-address=',
    '--log.level=warn',
  ];
  const readyUrl = `http://${host}/-/ready`;
  const process = await startInstrument(
    { name: 'alertmanager', command: program, args, home, readyUrl },
    surroundings,
  );
  return { process, host, addresses: [['Alertmanager', `http://${host}`]] };
};
