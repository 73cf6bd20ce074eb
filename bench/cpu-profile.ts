import { writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';

/** Microseconds per event by layer, the largest first. */
export type LayerTimes = readonly (readonly [layer: string, micros: number])[];

/** Whose time a function's is, by where it is defined; the first that fits. */
const layers: readonly (readonly [pattern: RegExp, layer: string])[] = [
  [/\/node_modules\/nats\//, 'nats client'],
  [/\/node_modules\/zod\//, 'zod'],
  [/\/node_modules\/prom-client\//, 'prom-client'],
  [/\/node_modules\/lru-cache\//, 'state cache (lru-cache)'],
  [/\/node_modules\/(@fastify\/|fastify|find-my-way\/)/, 'fastify'],
  [/\/node_modules\/jose\//, 'tokens (jose)'],
  [/\/node_modules\/(pino|sonic-boom)\//, 'log (pino)'],
  [/\/node_modules\//, 'other packages'],
  [/\/src\/gateway\//, 'gateway'],
  [/\/src\/contracts\//, 'contracts: envelope, subjects, data'],
  [/\/src\/infra\/pipeline\//, 'pipeline'],
  [/\/src\/infra\/nats\//, 'infra/nats'],
  [/\/src\/infra\/observability\//, 'observability'],
  [/\/src\/infra\//, 'other infra'],
  [/\/bench\//, 'handler and benchmark'],
  [/^node:/, 'Node.js'],
];

/** Samples of this process's own work between two moments. */
export class CpuProfile {
  readonly #session = new Session();
  #profile: Profiler.Profile | undefined;

  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.setSamplingInterval', { interval: 200 });
    this.#session.post('Profiler.start');
  }

  stop(): void {
    this.#session.post('Profiler.stop', (_error, { profile }) => {
      this.#profile = profile;
    });
  }

  /** For the browser's developer tools. */
  write(path: string): void {
    writeFileSync(path, JSON.stringify(this.#profile));
  }

  /** How long each layer itself ran, per event. */
  layerTimes(events: number): LayerTimes {
    const { nodes = [], samples = [], timeDeltas = [] } = this.#profile ?? {};
    const layerOf = new Map(nodes.map(({ id, callFrame }) => [id, layerOfFrame(callFrame)]));
    const micros = new Map<string, number>();
    samples.forEach((id, index) => {
      const layer = layerOf.get(id) ?? 'unknown';
      micros.set(layer, (micros.get(layer) ?? 0) + (timeDeltas[index] ?? 0));
    });
    return [...micros]
      .map(([layer, time]) => [layer, time / events] as const)
      .sort(([, one], [, other]) => other - one);
  }

  /** How long observability ran, with all that it called, per event. */
  observability(events: number): number {
    const { nodes = [], samples = [], timeDeltas = [] } = this.#profile ?? {};
    const callers = new Map(
      nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
    );
    const own = new Set(
      nodes.flatMap(({ id, callFrame }) => (watching.test(callFrame.url) ? id : [])),
    );
    const isUnder = (id: number | undefined): boolean => {
      for (let at = id; at !== undefined; at = callers.get(at)) if (own.has(at)) return true;
      return false;
    };
    const micros = samples.reduce(
      (sum, id, index) => sum + (isUnder(id) ? (timeDeltas[index] ?? 0) : 0),
      0,
    );
    return micros / events;
  }
}

/** What counts, times, logs and traces. */
const watching =
  /\/src\/infra\/(observability|tracing)\/|\/node_modules\/(prom-client|pino|sonic-boom|@opentelemetry)\//;

const layerOfFrame = ({ functionName, url }: Profiler.ProfileNode['callFrame']): string => {
  // `(garbage collector)`, `(idle)`, `(program)`: written by the profiler, without a file.
  if (functionName.startsWith('(')) return functionName.slice(1, -1);
  // JSON, strings, maps and what else the engine does itself have no file either.
  if (url === '') return 'engine';
  return layers.find(([pattern]) => pattern.test(url))?.[1] ?? 'other';
};
