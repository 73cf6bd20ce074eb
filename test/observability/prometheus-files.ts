import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { rulesFolder } from './promtool.ts';

/** One rule: a recorded series or an alert. */
export interface Rule {
  readonly file: string;
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly Omit<Rule, 'file'>[];
  }[];
}

/** One test file of promtool, as far as it is looked at here. */
export interface RuleTests {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly group_eval_order: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}

// The shapes are promtool's to check, which another test makes it do.
const read = <Shape>(path: string): Shape => parse(readFileSync(path, 'utf8')) as Shape;

/** The names of the files of rules. */
export const ruleFiles = readdirSync(rulesFolder).filter((file) => file.endsWith('.rules.yaml'));

/** The groups of all files of rules. */
export const groups = ruleFiles.flatMap((file) =>
  read<RuleFile>(join(rulesFolder, file)).groups.map((group) => ({ file, ...group })),
);

/** All rules. */
export const rules: readonly Rule[] = groups.flatMap(({ file, rules }) =>
  rules.map((rule) => ({ file, ...rule })),
);

/** A rule that is an alert. */
export type AlertRule = Rule & { readonly alert: string };

/** The alerts among them. */
export const alerts = rules.filter((rule): rule is AlertRule => rule.alert !== undefined);

/** The names of the recorded series, each once. */
export const recorded = [...new Set(rules.flatMap(({ record }) => record ?? []))];

/** promtool's tests of the rules. */
export const ruleTests = readdirSync(join(rulesFolder, 'tests')).map((file) => ({
  file,
  ...read<RuleTests>(join(rulesFolder, 'tests', file)),
}));
