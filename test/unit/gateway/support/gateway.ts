import { generateKeyPairSync } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { cartStream } from '../../../../src/contracts/cart/stream.ts';
import { productStream } from '../../../../src/contracts/product/stream.ts';
import { userStream } from '../../../../src/contracts/user/stream.ts';
import { createTokens, type Tokens } from '../../../../src/gateway/auth/tokens.ts';
import type { GatewayApp } from '../../../../src/gateway/edge/create-app.ts';
import { FollowedOutcomes } from '../../../../src/gateway/outcomes/followed-outcomes.ts';
import type {
  GatewayOptions,
  GatewayPorts,
  PublishResult,
  RequestDone,
} from '../../../../src/gateway/ports.ts';
import { mayBeRepeated } from '../../../../src/gateway/publishing/idempotency-key.ts';
import { buildServer } from '../../../../src/gateway/server.ts';
import type { Clock } from '../../../../src/infra/pipeline/clock.ts';
import { FakeBus } from './fake-bus.ts';

/** Time that a test turns by hand. */
export class HandClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();
  #onTimer: () => void = () => {};

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    this.#onTimer();
    return () => void this.#timers.delete(timer);
  }

  turn(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.run();
    }
  }

  /** Resolves when somebody waits for time to pass. */
  async awaited(): Promise<void> {
    if (this.#timers.size > 0) return;
    await new Promise<void>((resolve) => {
      this.#onTimer = resolve;
    });
  }

  get pending(): number {
    return this.#timers.size;
  }
}

export const newKeyPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A hash that looks like one of argon2id, and is none of the password. */
export const fakeHash = `$argon2id$v=19$m=19456,t=2,p=1$${'c2FsdHNhbHRzYWx0'}$${'a'.repeat(43)}`;

/** A gateway on fakes, and what a test needs to look at. */
export interface TestGateway {
  readonly app: GatewayApp;
  readonly bus: FakeBus;
  readonly clock: HandClock;
  readonly tokens: Tokens;
  readonly outcomes: FollowedOutcomes;
  readonly logs: string[];
  readonly hashed: string[];
  readonly done: RequestDone[];
  readonly published: [string, PublishResult][];
  /** A token's header: `bearer('ann')`, or of somebody with the role: `bearer('cleo')`. */
  readonly bearer: (name: string) => Promise<{ authorization: string }>;
}

export const startGateway = async (
  options: GatewayOptions & { readonly ports?: Partial<GatewayPorts> } = {},
): Promise<TestGateway> => {
  const bus = new FakeBus();
  const clock = new HandClock();
  const streams = [userStream, productStream, cartStream];
  const outcomes = FollowedOutcomes.follow({ bus, streams, clock, mayBeRepeated });
  const keyPem = newKeyPem();
  const tokens = await createTokens({ keyPem, catalogueUsers: ['Cleo'], clock });
  const logs: string[] = [];
  const hashed: string[] = [];
  const done: RequestDone[] = [];
  const published: [string, PublishResult][] = [];
  const app = await buildServer(
    {
      publisher: bus,
      queries: bus,
      outcomes,
      tokens,
      clock,
      logger: pino({ level: 'trace' }, collect(logs)),
      hashPassword: async (password) => {
        hashed.push(password);
        return fakeHash;
      },
      isConnected: () => bus.connected,
      onRequestDone: (request) => done.push(request),
      onPublished: (type, result) => published.push([type, result]),
      ...options.ports,
    },
    { credentialsPerMinute: 1000, ...options },
  );
  onTestFinished(async () => {
    await app.close();
    await outcomes[Symbol.asyncDispose]();
  });
  const bearer = async (name: string): Promise<{ authorization: string }> => {
    const { token } = await tokens.issue({ userId: `id-${name}`, username: name });
    return { authorization: `Bearer ${token}` };
  };
  return { app, bus, clock, tokens, outcomes, logs, hashed, done, published, bearer };
};

const collect = (lines: string[]): Writable =>
  new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
