import { generateKeyPairSync } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type FinishedProgram, runProgram } from './finished-program.ts';
import { GuardedBroker } from './guarded-broker.ts';
import { freePort } from './nats-server.ts';
import { soon } from './soon.ts';
import { WorkerProcess } from './worker-process.ts';

const gatewayProgram = resolve(import.meta.dirname, '../../dist/gateway/main.js');
const observerProgram = resolve(import.meta.dirname, '../../dist/observer/main.js');

/** The shop as processes of their own, each under its own key, around a broker that asks for it. */
export class GuardedShop implements AsyncDisposable {
  readonly broker: GuardedBroker;
  readonly gatewayUrl: string;
  readonly processes: WorkerProcess[] = [];
  readonly #keyFile: string;

  private constructor(broker: GuardedBroker, port: number, keyFile: string) {
    this.broker = broker;
    this.gatewayUrl = `http://127.0.0.1:${port}`;
    this.#keyFile = keyFile;
  }

  /** Starts the broker and the gateway. */
  static async open(): Promise<GuardedShop> {
    const broker = await GuardedBroker.start();
    const port = await freePort();
    const keyFile = join(tmpdir(), `millrace-token-key-${process.pid}-${port}.pem`);
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const shop = new GuardedShop(broker, port, keyFile);
    const gateway = new WorkerProcess(
      'gateway',
      {
        ...shop.environmentOf('gateway'),
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(port),
        TOKEN_KEY_FILE: keyFile,
        CATALOGUE_USERS: 'ada',
      },
      gatewayProgram,
    );
    shop.processes.push(gateway);
    return shop;
  }

  environmentOf(user: string): Readonly<Record<string, string>> {
    return { NATS_URL: this.broker.url, NATS_NKEY_FILE: this.broker.nkeyFile(user) };
  }

  /** Starts one more worker of a service. */
  startWorker(service: string): WorkerProcess {
    const worker = new WorkerProcess(service, {
      ...this.environmentOf(service),
      ACK_WAIT_MS: '4000',
      TRIM_EVERY_MS: '300',
    });
    this.processes.push(worker);
    return worker;
  }

  /** Starts an observer. */
  startObserver(): WorkerProcess {
    const observer = new WorkerProcess(
      'observer',
      { ...this.environmentOf('observer'), OBSERVE_EVERY_MS: '1000' },
      observerProgram,
    );
    this.processes.push(observer);
    return observer;
  }

  /** Waits until everybody that runs is ready. */
  async ready(): Promise<void> {
    for (const one of this.processes) {
      if (one.isRunning) await soon(() => readinessOf(one).then(refuseUnready), 20_000);
    }
  }

  /** Runs one of the tools to its end, as its own user. */
  run(tool: string, program: string, ...args: string[]): Promise<FinishedProgram> {
    return runProgram(program, args, this.environmentOf(tool));
  }

  /** Asks the gateway; @throws with its answer when that is none of these. */
  async ask(
    method: string,
    path: string,
    { body, token }: { readonly body?: unknown; readonly token?: string | undefined } = {},
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const answer = await fetch(`${this.gatewayUrl}${path}`, {
      method,
      headers: {
        prefer: 'wait=10',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json().catch(() => ({}))) as never };
  }

  /** What everybody's log says about permissions. */
  complaints(): readonly string[] {
    return this.processes
      .flatMap(({ log, errors }) => `${log}\n${errors}`.split('\n'))
      .filter((line) => /permit|permission|violation/i.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.processes) await one[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
    await rm(this.#keyFile, { force: true });
  }
}

/** What a process answers to whoever asks whether it is ready. */
export const readinessOf = async (
  one: WorkerProcess,
): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(`${one.healthUrl}/readyz`);
  return { status: answer.status, text: await answer.text() };
};

const refuseUnready = ({ status, text }: { status: number; text: string }): void => {
  if (status !== 200) throw new Error(`not ready: ${text}`);
};
