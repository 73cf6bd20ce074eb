import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ScalingFacts } from './arithmetic.ts';
import { autoscalerOf, type ScaledObject } from './keda.ts';

/** What the targets in `k8s/components/keda` are made for; docs/autoscaling.md says how to find one's own. */
export const shippedFacts: ScalingFacts = {
  perSecond: 500,
  clearSeconds: 10,
  objectiveSeconds: 60,
  busyShare: 0.55,
  maxReplicas: 8,
};

const file = join(import.meta.dirname, '../../../k8s/components/keda/worker/scaledobject.yaml');
// The template of all services: their names are all that they change.
const scaledObject = parse(readFileSync(file, 'utf8')) as ScaledObject;

/** The autoscaler that a worker gets. */
export const shipped = {
  autoscaler: autoscalerOf(scaledObject),
  fallback: scaledObject.spec.fallback,
};
