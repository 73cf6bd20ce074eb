import {
  type Container,
  containerOf,
  type Labels,
  type Manifest,
  type PodSpec,
  type Workload,
  workloadsIn,
} from '../manifest.ts';

/** Looks at all objects and says in words what is wrong. */
export type ManifestRule = (manifests: readonly Manifest[]) => readonly string[];

/** What is wrong with one thing, each only if it is. */
export type Problems = readonly (string | false | undefined)[];

/** A rule that looks at each workload. */
export const eachWorkload =
  (look: (workload: Workload, manifests: readonly Manifest[]) => Problems): ManifestRule =>
  (manifests) =>
    workloadsIn(manifests).flatMap((workload) =>
      look(workload, manifests)
        .filter((problem) => typeof problem === 'string')
        .map((problem) => `${workload.metadata.name}: ${problem}`),
    );

/** A rule that looks at each pod and its one container. */
export const eachPod = (look: (pod: PodSpec, container: Container) => Problems): ManifestRule =>
  eachWorkload((workload) => look(workload.spec.template.spec, containerOf(workload)));

/** The labels of a workload's pods. */
export const labelsOf = ({ spec }: Workload): Labels => spec.template.metadata.labels;
