import './support/require-node.mjs';
import { bootstrap } from './support/bootstrap.mjs';

await bootstrap('cli/backup/main.js');
