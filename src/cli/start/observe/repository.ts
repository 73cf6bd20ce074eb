import { resolve } from 'node:path';

/** Four folders above this file, compiled or not. */
const root = resolve(import.meta.dirname, '../../../..');

/** Where the recording rules and the alerts are. */
export const rulesFolder = resolve(root, 'k8s/observability/rules');

/** Whom alerts reach, what is told together, and what silences what. */
export const alertmanagerFile = resolve(root, 'k8s/observability/alertmanager/alertmanager.yaml');

/** Where it is said what to do about each alert. */
export const runbookFolder = resolve(root, 'docs/runbooks');

/** Where the dashboards are that Grafana imports. */
export const dashboardFolder = resolve(root, 'k8s/observability/dashboards');
