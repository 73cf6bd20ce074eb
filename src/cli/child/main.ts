import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * Runs a program of `dist` as a child of `npm start`, in this very process.
 *
 * When `npm start` is gone, however it ended, the pipe to it closes, and the program is asked to drain.
 * It would otherwise go on for ever with nobody to stop it.
 */
process.stdin.once('close', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.on('error', () => {
  // Followed by close.
});
process.stdin.resume();
// Waiting for this keeps no process alive.
if ('unref' in process.stdin) process.stdin.unref();

const [node = '', , program = '', ...rest] = process.argv;
const path = resolve(import.meta.dirname, '../..', program);
process.argv = [node, path, ...rest];
await import(pathToFileURL(path).href);
