import { randomUUID } from 'node:crypto';
import pg from 'pg';

const tables = `
  create table inbox (id uuid primary key);
  create table totals (key text primary key, total int not null);
  create table outbox (position bigserial primary key, id uuid not null, fact jsonb not null);`;

const price = { amount: 1_299, currency: 'EUR' };

/** An event at a time on each of some connections, each with keys of its own: no two ever wait for a lock. */
export const run = async ({ address, events, measurement, settings, requestData }) => {
  const { connections, statement } = settings;
  const clients = await Promise.all(Array.from({ length: connections }, () => connected(address)));
  await clients[0].query(tables);
  const apply = statement === 'one' ? applyInOne : applyInTransaction;
  const times = [];
  const lane = async (client, own) => {
    for (let index = 0; index < events; index++) {
      const data = requestData(index);
      if (Number(data.userId.slice(1)) % connections !== own) continue;
      const startedAt = performance.now();
      await apply(client, randomUUID(), data);
      times.push(performance.now() - startedAt);
      measurement.add();
    }
  };
  await Promise.all(clients.map(lane));
  await verify(clients[0], events);
  await Promise.all(clients.map((client) => client.end()));
  return times;
};

const connected = async (address) => {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  return client;
};

/** Statements that are prepared once a connection. */
const prepared = (name, text) => (client, values) => client.query({ name, text, values });
const enter = prepared('enter', 'insert into inbox values ($1) on conflict do nothing');
const read = prepared('read', 'select total from totals where key = $1 for update');
const write = prepared(
  'write',
  'insert into totals values ($1, $2) on conflict (key) do update set total = excluded.total',
);
const tell = prepared('tell', 'insert into outbox (id, fact) values ($1, $2)');

/** The usual way: the decision is made here, between statements of one transaction. */
const applyInTransaction = async (client, id, asked) => {
  await client.query('begin');
  const { rowCount } = await enter(client, [id]);
  if (rowCount === 1) {
    const { rows } = await read(client, [asked.userId]);
    const total = (rows[0]?.total ?? 0) + asked.quantity;
    await write(client, [asked.userId, total]);
    await tell(client, [id, JSON.stringify({ ...asked, total, price })]);
  }
  await client.query('commit');
};

/** The best way: the decision is made in SQL, and all of it is one statement. */
const inOne = prepared(
  'in-one',
  `with entered as (
     insert into inbox values ($1) on conflict do nothing returning id
   ), changed as (
     insert into totals as t select $2, $3 from entered
     on conflict (key) do update set total = t.total + excluded.total
     returning total
   )
   insert into outbox (id, fact) select $1, $4::jsonb || jsonb_build_object('total', total) from changed`,
);
const applyInOne = (client, id, asked) =>
  inOne(client, [id, asked.userId, asked.quantity, JSON.stringify({ ...asked, price })]);

/** @throws when an event has not had its effect, or has had it twice */
const verify = async (client, events) => {
  const { rows } = await client.query(`
    select (select count(*) from outbox)::int as facts,
           (select sum(total) from totals)::int as added,
           (select sum((fact->>'quantity')::int) from outbox)::int as asked`);
  const [{ facts, added, asked }] = rows;
  if (facts !== events || added !== asked) throw new Error(`wrong: ${JSON.stringify(rows[0])}`);
};
