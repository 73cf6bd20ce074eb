import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { prometheusConfig } from '../../src/cli/start/observe/prometheus.ts';
import { promtoolOn } from './promtool.ts';

const partners = {
  targetsFile: '/var/tmp/targets.json',
  alertmanager: '127.0.0.1:9093',
  dashboards: undefined,
};

test('promtool accepts what the local Prometheus is told, with all rules', async (context) => {
  const config: unknown = parse(prometheusConfig(partners));

  const { code, output } = await promtoolOn(context, config, 'check', 'config');

  expect(code, output).toBe(0);
  expect(output).toMatch(/SUCCESS: [1-9]\d* rule files found/);
});

test('its links lead to what is there', () => {
  const { rule_files, global } = JSON.parse(prometheusConfig(partners)) as {
    rule_files: readonly string[];
    global: { external_labels: Readonly<Record<string, string>> };
  };
  const folders = Object.values(global.external_labels).map((url) => fileURLToPath(url));

  expect(folders).toHaveLength(2);
  expect(folders.filter((folder) => !existsSync(folder))).toEqual([]);
  expect(rule_files.map((file) => readdirSync(dirname(file)).length > 0)).toEqual([true]);
});
