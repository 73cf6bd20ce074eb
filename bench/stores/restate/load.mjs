import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';

/** As many calls as one connection of the ingress takes at a time, and some less. */
const callsAConnection = 64;

// Whoever asked for the calls may be killed.
process.once('disconnect', () => process.exit(1));

const [{ ingress, inFlight, requests }] = await once(process, 'message');

const connections = Array.from({ length: Math.ceil(inFlight / callsAConnection) }, () =>
  connect(ingress),
);

/** One call, under an id that makes it count once however often it is sent. */
const call = async (connection, data) => {
  const request = connection.request({
    ':method': 'POST',
    ':path': `/totals/${data.userId}/add`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  });
  request.end(JSON.stringify(data));
  const [answer] = await once(request, 'response');
  if (answer[':status'] !== 200) throw new Error(`${data.userId}: ${answer[':status']}`);
  request.resume();
  await once(request, 'end');
};

const times = [];
let next = 0;
const lane = async (_, at) => {
  const connection = connections[at % connections.length];
  while (next < requests.length) {
    const startedAt = performance.now();
    await call(connection, requests[next++]);
    times.push(performance.now() - startedAt);
  }
};
await Promise.all(Array.from({ length: inFlight }, lane));
for (const connection of connections) connection.close();
process.send(times, () => process.exit(0));
