/** The password of every account in the sample, `demo` and `admin` included: for trying things only. */
export const demoPassword = 'millrace-demo';

/**
 * Argon2id hashes of {@link demoPassword}, made once.
 *
 * Hashing anew would be slow, and its random salts would make every sample another one.
 */
export const demoPasswordHashes = [
  '$argon2id$v=19$m=19456,t=2,p=1$Y5RlGEctqVEN2RnpdYOV3w$omiJAJHSniX3WFS9f0e7Xv8ZH/DXwetRRwXHryr2BeI',
  '$argon2id$v=19$m=19456,t=2,p=1$j3RSnPyT8aAOa7njpeP4AQ$9NkFwQn7oRFVOihZXlRqGQWWoGsXOIRXLyzqK0MPaio',
  '$argon2id$v=19$m=19456,t=2,p=1$K0ULkNM07en5rD/uAn3stg$DIUX+B9EQJLt9/is+LQJ/AdjhkyrccoHIxLeRklGCd8',
] as const;
