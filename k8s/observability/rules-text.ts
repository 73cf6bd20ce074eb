import { stringify } from 'yaml';
import { serviceLevelRules } from './service-level-rules.ts';
import { serviceLevels } from './service-levels.ts';

/** Where the rules of the service levels are, from the root of the repository. */
export const rulesFile = 'k8s/observability/rules/service-levels.rules.yaml';

const head = `# Written by npm run rules from k8s/observability/service-levels.ts; changes are overwritten.
#
# A burn rate of 1 uses up exactly what 30 days allow. An alert needs it over a long window, which
# says that it matters, and over a short one, which says that it still goes on.
`;

/** The rules of the declared service levels, as YAML. */
export const rulesText = (): string =>
  head +
  stringify(serviceLevelRules(serviceLevels), { lineWidth: 0, aliasDuplicateObjects: false });
