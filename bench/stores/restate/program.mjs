import './surroundings.mjs';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as restate from '@restatedev/restate-sdk';

/** A virtual object whose state is the total of its key; calls come from a process of their own. */
export const run = async ({ address, events, measurement, settings, requestData }) => {
  const [ingress, admin] = address.split(' ');
  const totals = restate.object({
    name: 'totals',
    handlers: {
      add: async (context, { userId, productId, quantity }) => {
        const total = ((await context.get('total')) ?? 0) + quantity;
        context.set('total', total);
        measurement.add();
        return { userId, productId, quantity, total };
      },
      total: restate.handlers.object.shared(async (context) => (await context.get('total')) ?? 0),
    },
  });
  const port = await restate.serve({ services: [totals], port: 0 });
  await register(admin, `http://127.0.0.1:${port}`);
  const { inFlight } = settings;
  const requests = Array.from({ length: events }, (_, index) => requestData(index));
  const times = await load({ ingress, inFlight, requests });
  await verify(ingress, requests);
  return times;
};

const register = async (admin, uri) => {
  const answer = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri }),
  });
  if (!answer.ok) throw new Error(`not registered: ${await answer.text()}`);
};

/** Calls for every event; resolves to how long each took. */
const load = async (order) => {
  const path = fileURLToPath(new URL('./load.mjs', import.meta.url));
  const child = fork(path);
  child.send(order);
  const [times] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the load ended with ${code}`);
    }),
  ]);
  return times;
};

/** @throws when an event has not had its effect, or has had it twice */
const verify = async (ingress, requests) => {
  const asked = new Map();
  for (const { userId, quantity } of requests) {
    asked.set(userId, (asked.get(userId) ?? 0) + quantity);
  }
  for (const [key, wanted] of asked) {
    const found = await (await fetch(`${ingress}/totals/${key}/total`, { method: 'POST' })).json();
    if (found !== wanted) throw new Error(`${key} is ${found} instead of ${wanted}`);
  }
};
