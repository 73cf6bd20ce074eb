import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, errors, exportJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { foldUsername } from '../../contracts/user/fields.ts';
import type { Clock } from '../../infra/pipeline/clock.ts';
import { Problem } from '../problems/problem.ts';
import { RememberedCallers } from './remembered-callers.ts';

/** What a token may allow beyond being somebody: `catalogue` may change products. */
export type Role = 'catalogue';

/** Who a request comes from, as its token says. */
export interface Caller {
  readonly userId: string;
  readonly username: string;
  readonly roles: readonly string[];
}

/** A token as it is handed out. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** Hands out tokens and reads them again. */
export interface Tokens {
  issue(user: { readonly userId: string; readonly username: string }): Promise<IssuedToken>;
  /** @throws Problem `invalid-token` */
  read(token: string): Promise<Caller>;
}

export interface TokenOptions {
  /** Ed25519 private keys, PKCS #8 in PEM: the first signs, all verify, so that a key can be changed. */
  readonly keyPem: string;
  /** User names, in any capitals, whose tokens carry the role `catalogue`. */
  readonly catalogueUsers: readonly string[];
  readonly clock: Clock;
  /** @default 3600 */
  readonly expiresInSeconds?: number;
}

const issuer = 'millrace';
const audience = 'millrace-gateway';
const algorithm = 'EdDSA';
const type = 'at+jwt';

const claims = z.object({
  exp: z.number(),
  sub: z.string().min(1),
  username: z.string(),
  roles: z.array(z.string()),
});

interface TokenKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Tokens as signed JWTs (Ed25519).
 *
 * A role is in the token: taking it from somebody counts when the token is over.
 *
 * @throws TypeError when the PEM holds no Ed25519 private key.
 */
export const createTokens = async (options: TokenOptions): Promise<Tokens> => {
  const { clock, expiresInSeconds = 3600 } = options;
  const [signing, ...older] = await readKeys(options.keyPem);
  if (!signing) throw new TypeError('the token key file holds no PEM block "PRIVATE KEY"');
  const keys = new Map([signing, ...older].map(({ id, publicKey }) => [id, publicKey]));
  const catalogue = new Set(options.catalogueUsers.map(foldUsername));
  const callers = new RememberedCallers<Caller>();
  return {
    issue: async ({ userId, username }) => {
      const roles: Role[] = catalogue.has(foldUsername(username)) ? ['catalogue'] : [];
      const now = Math.floor(clock.now() / 1000);
      const token = await new SignJWT({ username, roles })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: signing.id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresInSeconds)
        .sign(signing.privateKey);
      return { token, expiresInSeconds };
    },
    read: async (token) => {
      const now = clock.now();
      const known = callers.get(token, now);
      if (known) return known;
      const payload = await verify(token, keys, new Date(now));
      const read = claims.safeParse(payload);
      if (!read.success) throw invalidToken('the token lacks a claim');
      const { exp, sub: userId, username, roles } = read.data;
      const caller = { userId, username, roles };
      callers.remember(token, { caller, expiresAtMs: exp * 1000 });
      return caller;
    },
  };
};

const verify = async (
  token: string,
  keys: ReadonlyMap<string, KeyObject>,
  currentDate: Date,
): Promise<unknown> => {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = keys.get(kid ?? '');
        if (!key) throw invalidToken('the token is signed with another key');
        return key;
      },
      {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        clockTolerance: 5,
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate,
      },
    );
    return payload;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw invalidToken(
      cause instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid',
      cause,
    );
  }
};

const invalidToken = (detail: string, cause?: unknown): Problem =>
  new Problem(
    'invalid-token',
    detail,
    { headers: { 'www-authenticate': 'Bearer realm="millrace", error="invalid_token"' } },
    { cause },
  );

const pemBlock = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;

const readKeys = (pem: string): Promise<TokenKey[]> =>
  Promise.all((pem.match(pemBlock) ?? []).map(readKey));

const readKey = async (pem: string): Promise<TokenKey> => {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`a token key is ${privateKey.asymmetricKeyType}, not ed25519`);
  }
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, id: await calculateJwkThumbprint(await exportJWK(publicKey)) };
};
