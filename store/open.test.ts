import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../test/support/database.ts';
import { freshStore } from '../test/support/store.ts';
import { anEvent, T0 } from '../test/support/store-rows.ts';
import {
  canonicalJson,
  fixedRing,
  insertTriggerEvents,
  inTransaction,
  listen,
  nextInbox,
  openStore,
  takeIn,
} from './index.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());
const options = { tenant: 'test', keys: fixedRing([randomBytes(32)]) };

test('processes that start together bring the schema up to date once', async () => {
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(database.url, options)));
  await Promise.all(stores.map((store) => store.migrate()));
  await stores[0]?.migrate();
  const applied = await stores[0]?.pool.query(
    'select count(*)::int as n, count(distinct hash)::int as d from drizzle.__drizzle_migrations',
  );
  expect(applied?.rows[0].n).toBe(applied?.rows[0].d);
  await Promise.all(stores.map((store) => store.close()));
});

test('a database that is not there is an error at once', async () => {
  await expect(openStore('postgres://nobody@127.0.0.1:1/none', options)).rejects.toThrow();
});

test('a listener hears of a committed message, and not of one rolled back', async () => {
  const store = await openStore(database.url, options);
  await store.migrate();
  let heard = () => {};
  const news = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const calls: string[] = [];
  const stop = await listen(store, ['headroom_outbox'], (channel) => {
    calls.push(channel);
    heard();
  });
  const insert = (id: string, fail: boolean) =>
    inTransaction(store, async (tx) => {
      await insertTriggerEvents(tx, [anEvent({ id })], T0);
      if (fail) throw new Error('crash');
    });
  await expect(insert('l1', true)).rejects.toThrow('crash');
  await insert('l2', false);
  await news;
  expect(calls).toEqual(['headroom_outbox']);
  stop();
  await store.close();
});

test('a listener whose connection was cut comes back and says that there may be news', async () => {
  const store = await openStore(database.url, options);
  let heard = () => {};
  const news = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const stop = await listen(store, ['headroom_inbox'], () => heard());
  await store.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
     where query = 'listen headroom_inbox' and datname = current_database()`);
  await news;
  stop();
  await store.close();
});

test('JSON with characters that PostgreSQL cannot store arrives with the replacement character', async () => {
  const store = await openStore(database.url, options);
  await store.migrate();
  const body = { nul: 'a\u0000\u0000b', half: '\ud83d', whole: '😀', text: '\\u0000' };
  await inTransaction(store, (tx) =>
    takeIn(tx, 's', [{ id: 'nul', type: 't', object: 'o', occurredAt: null, body }], { now: T0, wireNow: 0 }),
  );
  const [row] = await inTransaction(store, (tx) => nextInbox(tx, 1, { wireNow: 0, leaseMs: 1 }));
  expect(row?.body).toEqual({ nul: 'a\ufffd\ufffdb', half: '\ufffd', whole: '😀', text: '\\u0000' });
  await store.close();
});

test('canonical JSON does not depend on the order of keys', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, 'x'], c: null } })).toBe('{"a":{"c":null,"d":[1,"x"]},"b":1}');
});

test('a connection that breaks in the middle of a transaction fails that transaction and nothing else', async () => {
  const { store, close } = await freshStore();
  const broken = inTransaction(store, async (tx) => {
    const [me] = (await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)).rows;
    await inTransaction(store, (other) => other.execute(sql`select pg_terminate_backend(${me?.pid ?? 0}::int)`));
    // The server closes the connection while nobody is asking it anything.
    await setTimeout(200);
    await tx.execute(sql`select 1`);
  });
  await expect(broken).rejects.toThrow();
  const alive = await inTransaction(store, (tx) => tx.execute<{ one: number }>(sql`select 1 as one`));
  expect(alive.rows).toEqual([{ one: 1 }]);
  await close();
});

test('a connection that breaks before its transaction begins is given back', async () => {
  const store = await openStore(database.url, { ...options, maxConnections: 1 });
  const one = () => inTransaction(store, (tx) => tx.execute<{ one: number }>(sql`select 1 as one`));
  store.pool.once('acquire', (client) => {
    // Safe: every client of pg has its connection there, though the types do not tell.
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  });
  await expect(one()).rejects.toThrow();
  expect((await one()).rows).toEqual([{ one: 1 }]);
  await store.close();
});
