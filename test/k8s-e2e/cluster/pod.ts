import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytes,
  containerOf,
  environmentOf,
  type Probe,
  type Workload,
} from '../../k8s/manifest.ts';
import { podman } from '../containers/podman.ts';
import { makeVolumes, type VolumeOptions } from './volumes.ts';

export interface PodOptions extends VolumeOptions {
  readonly name: string;
  readonly workload: Workload;
  /** Of which version of its template it is. */
  readonly revision: number;
  readonly node: string;
  readonly network: string;
  readonly address: string;
  /** Names of other pods, and where they are. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The image that stands for one of the manifests. */
  readonly imageOf: (image: string) => string;
  readonly say: (line: string) => void;
}

/** How a pod ended. */
export interface PodEnd {
  readonly name: string;
  readonly exitCode: number;
  readonly seconds: number;
  /** Its grace period was over before it was. */
  readonly wasKilled: boolean;
}

/** One pod, as a kubelet would run it: its container, files and limits, its probes, its end. */
export class Pod {
  readonly options: PodOptions;
  isReady = false;
  isTerminating = false;
  /** How often its liveness probe, or its own end, made it start anew. */
  restarts = 0;
  #isOver = false;

  constructor(options: PodOptions) {
    this.options = options;
  }

  get name(): string {
    return this.options.name;
  }

  async start(): Promise<void> {
    const { workload, name, network, address, imageOf } = this.options;
    const container = containerOf(workload);
    const volumes = await makeVolumes(workload, name, this.options);
    const mounts = container.volumeMounts.flatMap(({ name: volume, mountPath, readOnly }) => [
      '--volume',
      `${volumes.get(volume)}:${mountPath}${readOnly ? ':ro' : ''}`,
    ]);
    await podman(
      ...['run', '--detach', '--pull=never', '--name', name, '--hostname', name],
      ...['--network', network, '--ip', address, ...this.#hosts(), ...this.#rights()],
      ...['--memory', String(bytes(container.resources.limits['memory'] ?? '')), ...mounts],
      ...Object.entries(this.#environment()).flatMap(([key, value]) => [
        '--env',
        `${key}=${value}`,
      ]),
      imageOf(container.image),
      ...container.args,
    );
    void this.#probe();
  }

  /** Ends it as a kubelet does: preStop, SIGTERM, and SIGKILL when its grace period is over. */
  async stop(): Promise<PodEnd> {
    const { workload, name, folder } = this.options;
    this.isTerminating = true;
    const beganAt = performance.now();
    const { terminationGracePeriodSeconds: grace } = workload.spec.template.spec;
    const isGone = podman('wait', name);
    const inTime = isGone.then(() => true);
    const over = sleep(grace * 1000, false, { ref: false });
    await Promise.race([this.#preStop(), over]);
    await podman('kill', '--signal', 'TERM', name).catch(() => undefined);
    const wasKilled = !(await Promise.race([inTime, over]));
    if (wasKilled) await podman('kill', '--signal', 'KILL', name).catch(() => undefined);
    const exitCode = Number(await isGone);
    this.#isOver = true;
    this.isReady = false;
    await podman('rm', '--force', name);
    await rm(folder, { recursive: true, force: true });
    return { name, exitCode, seconds: (performance.now() - beganAt) / 1000, wasKilled };
  }

  /** What it has said. */
  logs(): Promise<string> {
    return podman('logs', this.name).catch((error: unknown) => String(error));
  }

  /** Asks one of its pages; nothing when it does not answer. */
  async page(path: string, port: string | number, withinMs = 2_000): Promise<Response | undefined> {
    const container = containerOf(this.options.workload);
    const number = container.ports.find(({ name }) => name === port)?.containerPort ?? port;
    const url = `http://${this.options.address}:${number}${path}`;
    return fetch(url, { signal: AbortSignal.timeout(withinMs) }).catch(() => undefined);
  }

  #hosts(): string[] {
    return Object.entries(this.options.hosts).flatMap(([host, address]) => [
      '--add-host',
      `${host}:${address}`,
    ]);
  }

  #rights(): string[] {
    const { template } = this.options.workload.spec;
    const { runAsUser, runAsGroup, fsGroup } = template.spec.securityContext ?? {};
    const { securityContext = {} } = containerOf(this.options.workload);
    return [
      ...['--user', `${runAsUser}:${runAsGroup}`, '--group-add', String(fsGroup)],
      ...(securityContext.readOnlyRootFilesystem ? ['--read-only', '--read-only-tmpfs=false'] : []),
      ...(securityContext.capabilities?.drop ?? []).flatMap((one) => ['--cap-drop', one]),
      ...(securityContext.allowPrivilegeEscalation === false
        ? ['--security-opt', 'no-new-privileges']
        : []),
    ];
  }

  #environment(): Readonly<Record<string, string>> {
    const { manifests, workload, name } = this.options;
    const fromFields = (containerOf(workload).env ?? [])
      .filter(({ valueFrom }) => valueFrom !== undefined)
      .map(({ name: variable }) => [variable, name]);
    return { ...environmentOf(manifests, workload), ...Object.fromEntries(fromFields) };
  }

  async #preStop(): Promise<void> {
    const { preStop } = containerOf(this.options.workload).lifecycle ?? {};
    if (preStop?.sleep) await sleep(preStop.sleep.seconds * 1000);
    if (preStop?.exec) await podman('exec', this.name, ...preStop.exec.command).catch(this.#tell);
  }

  readonly #tell = (error: unknown): void => this.options.say(`${this.name}: ${String(error)}`);

  /** Startup first; then readiness and liveness side by side. */
  async #probe(): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(this.options.workload);
    for (let failures = 0; !(await this.#passes(startupProbe)); ) {
      if (this.#isOver) return;
      if (++failures >= startupProbe.failureThreshold) return this.#tell('it does not start');
      await sleep(startupProbe.periodSeconds * 1000, undefined, { ref: false });
    }
    void this.#repeat(readinessProbe, (isSo) => {
      this.isReady = isSo;
    });
    void this.#repeat(livenessProbe, (isSo) => {
      if (isSo || this.isTerminating) return;
      this.restarts++;
      void podman('restart', this.name).catch(this.#tell);
    });
  }

  async #repeat(probe: Probe, tell: (isSo: boolean) => void): Promise<void> {
    for (let failures = 0; !this.#isOver; ) {
      const isSo = await this.#passes(probe);
      failures = isSo ? 0 : failures + 1;
      if (isSo) tell(true);
      else if (failures >= probe.failureThreshold) tell(false);
      await sleep(probe.periodSeconds * 1000, undefined, { ref: false });
    }
  }

  async #passes({ httpGet, timeoutSeconds }: Probe): Promise<boolean> {
    const answer = await this.page(httpGet.path, httpGet.port, timeoutSeconds * 1000);
    await answer?.body?.cancel();
    return answer !== undefined && answer.status >= 200 && answer.status < 400;
  }
}
