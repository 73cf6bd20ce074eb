import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { brokerUsers } from '../secrets/broker-users.ts';
import { permissionsFile } from '../secrets/permissions-file.ts';

const name = 'k8s/broker/server/permissions.conf';
const file = resolve(import.meta.dirname, '../../..', name);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, permissionsFile(brokerUsers));
console.log(`${name}: ${brokerUsers.map((user) => user.name).join(', ')}`);
