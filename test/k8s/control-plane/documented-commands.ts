import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsIn, preparations, runbooks } from '../../docs/runbooks.ts';

const papers = join(import.meta.dirname, '../../../k8s/README.md');

/**
 * What a control plane alone cannot answer: nothing runs, there is no internet, and the shop of the
 * papers has one server of the broker.
 */
const needsMore =
  /^(kind|docker|helm) |https:\/\/|port-forward|rollout status|--watch|nats-[12]|metrics-server/;

const isForTheCluster = (command: string): boolean =>
  /^(kubectl|openssl|npm run nats:secrets) /.test(command) && !needsMore.test(command);

/** The commands of one section of k8s/README.md, without what is said behind `#`. */
export const commandsUnder = (heading: string): readonly string[] => {
  const sections = readFileSync(papers, 'utf8').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`));
  if (!section) throw new Error(`k8s/README.md has no section ${heading}`);
  return commandsIn(section.replaceAll(/^ {3}/gm, ''))
    .map((command) => command.replace(/ +# .*$/, ''))
    .filter(isForTheCluster);
};

/** What the runbooks let somebody ask a cluster, and do to it: each command once, with a service. */
export const runbookCommands = (kind: 'looks' | 'acts'): readonly string[] => {
  const commands = runbooks.flatMap((page) => page[kind]).filter(isForTheCluster);
  return [...new Set(commands)];
};

/** What is set before the runbooks' commands. */
export const runbookPreparations = preparations.filter(isForTheCluster);
