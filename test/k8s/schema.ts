import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import {
  PodMonitor,
  PrometheusRule,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { PriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1';
import { ConfigMap, Namespace, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './manifest.ts';

/** What a model of the API is used for here: its compiled check, which looks at `this`. */
interface Model {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: { validate(): void };
}

const models: readonly Model[] = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  PriorityClass,
  PrometheusRule,
  Role,
  RoleBinding,
  ScaledObject,
  Service,
  ServiceAccount,
  StatefulSet,
];

/** An object within the one that is checked, and the fields that the check asked for. */
interface Looked {
  readonly path: string;
  readonly value: object;
  readonly fields: Set<string>;
}

/** Asked for all of its fields, whatever they are called: a map. */
const every = '*';

const watch = (value: unknown, path: string, looked: Looked[]): unknown => {
  if (value === null || typeof value !== 'object') return value;
  const fields = new Set<string>();
  looked.push({ path, value, fields });
  const watched = new Map<string, unknown>();
  return new Proxy(value, {
    get: (target, field) => {
      const found: unknown = Reflect.get(target, field);
      if (typeof field !== 'string') return found;
      fields.add(field);
      if (!watched.has(field)) watched.set(field, watch(found, `${path}/${field}`, looked));
      return watched.get(field);
    },
    ownKeys: (target) => {
      fields.add(every);
      return Reflect.ownKeys(target);
    },
  });
};

const unknownFields = ({ path, value, fields }: Looked): readonly string[] => {
  // Of something that may be anything, the check asks for no field at all.
  if (Array.isArray(value) || fields.has(every) || fields.size === 0) return [];
  return Object.keys(value)
    .filter((field) => !fields.has(field))
    .map((field) => `${path}/${field} is no field`);
};

/**
 * What the API server would refuse of an object under strict validation: fields that are missing, of
 * the wrong type or unknown. The models accept unknown fields; what they never asked for is one.
 */
export const schemaProblems = (manifest: Manifest): readonly string[] => {
  const { apiVersion, kind, metadata } = manifest;
  const named = (problem: string) => `${kind} ${metadata.name}: ${problem}`;
  const model = models.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (!model) return [named(`there is no model of ${apiVersion}`)];
  const looked: Looked[] = [];
  const refusals: string[] = [];
  try {
    model.prototype.validate.call(watch(manifest, '', looked));
  } catch (error) {
    refusals.push(error instanceof Error ? error.message : String(error));
  }
  return [...refusals, ...looked.flatMap(unknownFields)].map(named);
};
