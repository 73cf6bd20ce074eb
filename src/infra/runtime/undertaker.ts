import { hostname } from 'node:os';
import type { Undertaker } from '../pipeline/dead-letter.ts';
import { packageVersion } from './report-service.ts';

/** This process, as its dead letters name it. */
export const thisProcess = (): Undertaker => ({
  worker: `${hostname()}.${process.pid}`,
  version: packageVersion(),
});
