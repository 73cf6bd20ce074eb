import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { soon } from '../../support/soon.ts';
import type { ControlPlane } from './control-plane.ts';
import { commandsUnder, runbookCommands, runbookPreparations } from './documented-commands.ts';
import type { Kubectl } from './kubectl.ts';
import { NodeAnswers } from './node-answers.ts';
import { openPlane, openWithinMs } from './open-plane.ts';
import { PodsPlayers } from './pods-players.ts';
import { metricsServerOn, standInNode, standInVolume } from './stand-in-node.ts';

const root = resolve(import.meta.dirname, '../../..');
const execute = promisify(execFile);

let plane: ControlPlane;
let kubectl: Kubectl;
let folder: string;
let players: PodsPlayers;
let answers: NodeAnswers;
let missing: string | undefined;

/** A checkout in which commands may leave files. */
const checkout = async (): Promise<string> => {
  const place = await mkdtemp(join(tmpdir(), 'millrace-checkout-'));
  for (const name of await readdir(root)) await symlink(join(root, name), join(place, name));
  return place;
};

/** Runs a line as somebody would type it. @throws with what it said, when it fails */
const type = async (command: string): Promise<string> => {
  const env = { ...process.env, ...kubectl.environment, SERVICE: 'cart' };
  const line = command.includes('<name>') ? command.replace('<name>', await anyWorker()) : command;
  const { stdout } = await execute('sh', ['-c', line], { cwd: folder, env });
  return stdout;
};

/** The name of a pod, where somebody would write the one that the alert names. */
const anyWorker = async (): Promise<string> => {
  const label = 'app.kubernetes.io/name=worker-cart';
  const [name = ''] = await players.named('millrace', label);
  return name;
};

beforeAll(async () => {
  const opened = await openPlane();
  if (typeof opened === 'string') {
    missing = opened;
    return;
  }
  plane = opened;
  kubectl = plane.kubectl;
  folder = await checkout();
  players = await PodsPlayers.start(kubectl);
  answers = await NodeAnswers.listen({ ...(await plane.certificate()), pods: players });
  const node = standInNode(0, answers.port);
  const volumes = [0, 1, 2, 3].map(standInVolume);
  const items = [node, ...volumes, ...metricsServerOn(answers.port)];
  await kubectl.run(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
}, openWithinMs);

beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

afterAll(async () => {
  await answers?.[Symbol.asyncDispose]();
  await plane?.[Symbol.asyncDispose]();
  await players?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true });
});

const names = async (kind: string): Promise<readonly string[]> =>
  (await kubectl.run(['-n', 'millrace', 'get', kind, '-o', 'name'])).output.trim().split('\n');

describe('whoever follows k8s/README.md', () => {
  it('gets what is secret, and a shop that is watched and scales, out of nothing', {
    timeout: 300_000,
  }, async () => {
    const commands = commandsUnder('From nothing to a system that is watched and scales');
    expect(commands.length).toBeGreaterThanOrEqual(6);

    for (const command of commands) await type(command);

    expect(await names('secret')).toContain('secret/gateway-token-key');
    expect(await names('scaledobject')).toContain('scaledobject.keda.sh/worker-cart');
    await soon(async () => expect((await names('pods')).length).toBeGreaterThan(8), 60_000);
    const { errors } = await kubectl.run(['-n', 'millrace', 'get', 'events']);
    expect(errors).toBe('');
  });

  it('scales by hand', async () => {
    for (const command of commandsUnder('Scale')) await type(command);

    const { spec } = await kubectl.get<{ spec: { replicas: number } }>(
      ...['-n', 'millrace', 'deployment', 'worker-cart'],
    );
    expect(spec.replicas).toBe(4);
  });
});

interface PlacedPod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly message?: string }[] };
}

/** What has no node yet, and why. */
const unplaced = async (): Promise<readonly string[]> => {
  const { items } = await kubectl.get<{ items: PlacedPod[] }>('-n', 'millrace', 'pods');
  return items
    .filter(({ spec }) => spec.nodeName === undefined)
    .map(({ metadata, status }) => `${metadata.name}: ${status.conditions?.[0]?.message}`);
};

describe('whoever follows a runbook', () => {
  it('is answered whatever is asked, and has done what is to be done', {
    timeout: 300_000,
  }, async () => {
    for (const command of runbookPreparations) await type(command);
    // What is undone must have been done.
    await type('kubectl rollout restart deployment "worker-$SERVICE"');

    await soon(async () => expect(await unplaced()).toEqual([]), 30_000);

    const looks = runbookCommands('looks');
    const acts = runbookCommands('acts');
    expect(Math.min(looks.length, acts.length)).toBeGreaterThan(5);
    for (const verb of ['logs', 'exec', 'top'])
      expect(looks.join('\n')).toMatch(new RegExp(`^kubectl ${verb} `, 'm'));
    for (const command of looks) expect(await type(command), command).not.toBe('');
    for (const command of acts)
      await type(command.replace('kubectl delete pod', '$& --wait=false'));
  });
});

describe('whoever has enough of it', () => {
  it('removes it, and then everything', async () => {
    for (const command of commandsUnder('Uninstall')) await type(`${command} --wait=false`);

    await soon(async () => {
      const { status } = await kubectl.get<{ status: { phase: string } }>('namespace', 'millrace');
      expect(status.phase).toBe('Terminating');
    });
  });
});
