import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { soon } from '../support/soon.ts';
import { AlertReceiver } from './alert-receiver.ts';
import { Alertmanager, alertmanagerConfig, amtool } from './alertmanager.ts';
import { alerts } from './prometheus-files.ts';

const severityOf = (name: string): string =>
  alerts.find(({ alert }) => alert === name)?.labels?.['severity'] ?? `${name} is no alert`;

test('amtool accepts the configuration', async (context) => {
  const { code, output } = await amtool(context, 'check-config', alertmanagerConfig);

  expect(code, output).toBe(0);
  expect(output).toContain('SUCCESS');
});

test('every alert reaches who its severity says', async (context) => {
  const receivers: Readonly<Record<string, string>> = {
    critical: 'pager',
    warning: 'tickets',
    none: 'watchdog',
  };

  expect(alerts.length).toBeGreaterThanOrEqual(20);
  for (const { alert } of alerts) {
    const severity = severityOf(alert);
    const labels = [`alertname=${alert}`, `severity=${severity}`, 'namespace=shop', 'service=cart'];
    const route = ['config', 'routes', 'test', `--config.file=${alertmanagerConfig}`];
    const wanted = `--verify.receivers=${receivers[severity]}`;
    const { code, output } = await amtool(context, ...route, wanted, ...labels);

    expect({ alert, code }, output).toEqual({ alert, code: 0 });
  }
});

/** A cause, what it explains and what it does not; of the service cart, unless another is named. */
const causes: readonly {
  readonly cause: string;
  readonly silences: readonly string[];
  readonly leaves: readonly string[];
}[] = [
  {
    cause: 'BrokerUnreachable',
    silences: [
      'BrokerDisconnected',
      'NoWorkers',
      'PublishesFailing gateway',
      'ObserverSilent user',
    ],
    leaves: ['EventsRepaired', 'Watchdog', 'NoWorkers cart elsewhere'],
  },
  {
    cause: 'NoWorkers',
    silences: ['EventsOverdue', 'FreshnessBurningFast', 'ProcessDown', 'WorkerNotReady'],
    leaves: ['EventsOverdue user', 'DeadLetters', 'KeysParked', 'PublishesFailing gateway'],
  },
  {
    cause: 'StreamFull',
    silences: ['StreamNearlyFull', 'PublishesFailing gateway', 'EventsOverdue', 'AttemptsFailing'],
    leaves: ['EventsOverdue user', 'WorkerNotReady', 'KeysParked', 'DeadLetters'],
  },
  {
    cause: 'EventsOverdue',
    silences: ['FreshnessBurningFast', 'FreshnessBurningSlowly'],
    leaves: ['FreshnessBurningFast user', 'SuccessBurningFast', 'KeysParked'],
  },
  {
    cause: 'DeadLetters',
    silences: ['AttemptsFailing'],
    leaves: ['AttemptsFailing user', 'FreshnessBurningSlowly', 'KeysParked'],
  },
  {
    cause: 'SuccessBurningFast',
    silences: ['SuccessBurningSlowly', 'DeadLetters', 'AttemptsFailing'],
    leaves: ['DeadLetters user', 'FreshnessBurningFast'],
  },
  {
    cause: 'HandlersSlow',
    silences: ['AttemptsFailing', 'DeadLetters'],
    leaves: ['DeadLetters user', 'FreshnessBurningFast', 'DrainAbandoned'],
  },
  {
    cause: 'ProcessRestarting',
    silences: ['ProcessDown', 'WorkerNotReady'],
    leaves: ['ProcessDown user', 'EventsOverdue', 'DrainAbandoned'],
  },
  {
    cause: 'BrokerDisconnected',
    silences: ['WorkerNotReady'],
    leaves: ['WorkerNotReady user', 'DrainAbandoned', 'ProcessDown'],
  },
  {
    cause: 'Absent',
    silences: ['ObserverSilent', 'ObserverSilent user'],
    leaves: ['ObserverSilent cart elsewhere', 'NoWorkers'],
  },
];

test('causes silence their consequences and nothing else', { timeout: 60_000 }, async (context) => {
  await using receiver = await AlertReceiver.listen();
  await using alertmanager = await Alertmanager.start(context, receiver.url);
  // Each cause in an installation of its own, so that all can be tried at once.
  const posted = causes.flatMap(({ cause, silences, leaves }, index) =>
    [cause, ...silences, ...leaves].map((text) => {
      const [name, service = 'cart', elsewhere = ''] = text.split(' ');
      const alertname = `Millrace${name}`;
      const labels = {
        alertname,
        severity: severityOf(alertname),
        namespace: `case-${index}${elsewhere}`,
        service,
        stream: 'CART',
        reason: 'exhausted',
      };
      return { labels, isSilenced: silences.includes(text) };
    }),
  );

  await alertmanager.post(posted.map(({ labels }) => ({ labels })));

  const seen = await soon(async () => {
    const held = await alertmanager.held();
    expect(held).toHaveLength(posted.length);
    expect(held.filter(({ status }) => status.state === 'unprocessed')).toEqual([]);
    return held;
  });
  const nameOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
    `${labels['namespace']} ${labels['alertname']} ${labels['service']}`;
  expect(
    seen
      .filter(({ status }) => status.inhibitedBy.length > 0)
      .map(nameOf)
      .sort(),
  ).toEqual(
    posted
      .filter(({ isSilenced }) => isSilenced)
      .map(nameOf)
      .sort(),
  );
  // And whoever is called hears of the others alone.
  const heard = posted.filter(
    ({ labels, isSilenced }) => !isSilenced && labels.alertname !== 'MillraceWatchdog',
  );
  await soon(() => {
    expect(receiver.beats).toBeGreaterThan(0);
    expect(receiver.told.map(nameOf).sort()).toEqual(heard.map(nameOf).sort());
  }, 20_000);
  for (const { receiver: told, labels } of receiver.told) {
    expect(told).toBe(labels['severity'] === 'critical' ? 'pager' : 'tickets');
  }
});

test('every alert that the configuration names exists', () => {
  const text = readFileSync(alertmanagerConfig, 'utf8');
  const patterns = [...text.matchAll(/alertname (=~|!~|=) "?([\w|().+]+)/g)].map(
    ([, , pattern = '']) => pattern,
  );
  const names = alerts.map(({ alert }) => alert);
  // A group of alternatives is looked at one by one.
  const wanted = patterns.flatMap((pattern) => {
    const [, head, inside] = /^(\w+)\((.+)\)$/.exec(pattern) ?? [];
    return inside ? inside.split('|').map((each) => `${head}${each}`) : pattern.split('|');
  });

  expect(wanted.length).toBeGreaterThan(30);
  expect(
    wanted.filter((each) => !names.some((name) => new RegExp(`^${each}$`).test(name))),
  ).toEqual([]);
});
