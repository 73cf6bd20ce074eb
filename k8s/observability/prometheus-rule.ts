import { readdirSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const rulesFolder = 'k8s/observability/rules';

/** Where the rules are as an object of the Prometheus operator, from the root of the repository. */
export const prometheusRuleFile = 'k8s/components/prometheus-operator/prometheusrule.yaml';

const head = `# Written by npm run rules from k8s/observability/rules; changes are overwritten.
`;

interface RuleFile {
  readonly groups: readonly unknown[];
}

// promtool checks their shape.
const groupsOf = (file: string): readonly unknown[] =>
  (parse(readFileSync(`${rulesFolder}/${file}`, 'utf8')) as RuleFile).groups;

/** All files of rules as one object, as YAML. */
export const prometheusRuleText = (): string =>
  head +
  stringify(
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'millrace', labels: { release: 'kube-prometheus-stack' } },
      spec: {
        groups: readdirSync(rulesFolder)
          .filter((file) => file.endsWith('.rules.yaml'))
          .toSorted()
          .flatMap(groupsOf),
      },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
