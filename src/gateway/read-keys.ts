import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../infra/runtime/config.ts';

/**
 * Reads the file of the tokens' keys.
 *
 * @throws ConfigError when it cannot be read or holds no private key, saying how to make one
 */
export const readKeys = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(`TOKEN_KEY_FILE: ${file} cannot be read (${cause.code})`);
  });
  try {
    createPrivateKey(text);
    return text;
  } catch {
    throw new ConfigError(
      `TOKEN_KEY_FILE: ${file} holds no private key in PEM; make one with: openssl genpkey -algorithm ed25519`,
    );
  }
};
