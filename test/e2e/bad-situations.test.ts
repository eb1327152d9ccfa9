import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { addMs } from '../../domain/clock.ts';
import { serversOf } from '../../server/demo/servers.ts';
import { openDataDir, removeDataDir, secretOf } from '../../server/embedded/data-dir.ts';
import { eventually } from '../support/eventually.ts';
import { type HubProcess, startHubAsProcess } from '../support/hub-process.ts';
import { runHeadroom } from '../support/run-headroom.ts';
import { mails } from '../support/seen.ts';
import { tempDataDir } from '../support/temp-data-dir.ts';

const EXAMPLE = path.join(import.meta.dirname, '..', '..', 'config', 'examples', 'tidewater');
/** A customer that Stripe does not know. */
const NOBODY = 'cus_of_nobody';
const NOTHING_RUNS = { postgres: null, temporal: null };

function folder(): string {
  const dir = tempDataDir();
  onTestFinished(() => removeDataDir(dir));
  return dir;
}

describe('what is missing or wrong is told before any server starts', () => {
  test.concurrent('a config with a mistake ends with 2, its place and what was meant', async () => {
    const [configDir, dataDir] = [path.join(folder(), 'config'), folder()];
    fs.cpSync(EXAMPLE, configDir, { recursive: true });
    const file = path.join(configDir, 'headroom.yaml');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('currency: usd', 'curency: usd'));
    const { code, err } = await runHeadroom(['up', '--config', configDir, '--data', dataDir]);
    expect(code).toBe(2);
    expect(err).toMatch(/headroom\.yaml:\d+:\d+ {2}error/);
    expect(err).toContain('currency?');
    expect(serversOf(dataDir)).toEqual(NOTHING_RUNS);
  });

  test.concurrent('missing secrets end with 2, each by its name, and the way to try it without', async () => {
    const dataDir = folder();
    const { code, err } = await runHeadroom(['up', '--config', EXAMPLE, '--data', dataDir]);
    expect(code).toBe(2);
    expect(err).toContain('connections.billing.auth.key: env:STRIPE_KEY');
    expect(err).toContain('Set them and start again, or try the config with --sandbox FILE');
    expect(serversOf(dataDir)).toEqual(NOTHING_RUNS);
  });
});

describe('while a hub runs', () => {
  let hub: HubProcess;
  beforeAll(async () => {
    hub = await startHubAsProcess({ acme: { core: 'starter' } });
    return () => hub.stop();
  });

  const ready = async () => (await hub.call('/readyz')).status;
  const up = (dataDir: string) =>
    runHeadroom([
      ...['up', '--config', hub.configDir, '--data', dataDir, '--port', String(hub.port)],
      ...['--sandbox', hub.sandboxFile],
    ]);

  test('a second one on its data directory says who has it, and the first goes on', async () => {
    const { code, err } = await up(hub.dataDir);
    expect(code).toBe(1);
    expect(err).toMatch(/is in use by process \d+ since .*; stop it or choose another with --data/);
    expect(await ready()).toBe(200);
  });

  test('another one on its port says so and leaves no server behind', async () => {
    const dataDir = folder();
    const { code, err } = await up(dataDir);
    expect(code).toBe(1);
    expect(err).toContain(`port ${hub.port} is taken by another program\nChoose another with --port`);
    expect(serversOf(dataDir)).toEqual(NOTHING_RUNS);
  });

  test('PostgreSQL killed with -9: what vendors send meanwhile is refused and, sent again, taken once', async () => {
    expect(await deliver(hub, 'evt_before')).toBe(200);
    const outage = await takeDown(serversOf(hub.dataDir).postgres, postgresPort(hub));
    await eventually(async () => (await ready()) === 503);
    expect(await deliver(hub, 'evt_meanwhile')).toBe(503);
    await outage.end();
    await eventually(async () => (await ready()) === 200);
    // As the vendor does; one delivery too many changes nothing.
    for (let n = 0; n < 2; n += 1) expect(await deliver(hub, 'evt_meanwhile')).toBe(200);
    const taken = await eventually(async () => {
      const rows = await inboxOf(hub);
      return rows.every(({ state }) => state === 'done') && rows;
    });
    expect(taken.map(({ id }) => id)).toEqual(['evt_before', 'evt_meanwhile']);
  });

  test('Temporal killed with -9: usage is taken in meanwhile, and its mail goes out afterwards', async () => {
    const status = z.object({ waiting: z.object({ outbox: z.number() }) });
    const waiting = async () => (await hub.ask('/api/v1/status', status)).waiting.outbox;
    const account = z.object({ subscriptions: z.array(z.unknown()) });
    await eventually(async () => (await hub.ask('/api/v1/accounts/acme', account)).subscriptions.length > 0);
    expect(await use(hub, 20)).toBe(200);

    const { temporal } = serversOf(hub.dataDir);
    const outage = await takeDown(temporal?.pid ?? null, temporal?.port ?? 0);
    await eventually(async () => (await ready()) === 503);
    expect(await use(hub, 41)).toBe(200);
    expect(await waiting()).toBeGreaterThan(0);
    expect(mails(hub, 'acme')).toEqual([]);
    await outage.end();
    await eventually(async () => (await ready()) === 200);
    await eventually(() => mails(hub, 'acme').length > 0);
    expect(mails(hub, 'acme')).toEqual([expect.stringMatching(/^You have used 82% of your storage/)]);
    await eventually(async () => (await waiting()) === 0);
  });
});

/**
 * Kills a server with -9 and takes its port, so that the hub cannot start it again before the test has seen what it
 * wants to see.
 */
async function takeDown(pid: number | null, port: number): Promise<{ end: () => Promise<void> }> {
  if (pid === null) throw new Error('the server is not there');
  const squatter = net.createServer((socket) => socket.destroy());
  process.kill(pid, 'SIGKILL');
  await eventually(async () => {
    squatter.listen(port, '127.0.0.1');
    return await once(squatter, 'listening');
  });
  const end = async () => {
    if (squatter.listening) await promisify(squatter.close.bind(squatter))();
  };
  onTestFinished(end);
  return { end };
}

function postgresPort({ dataDir }: HubProcess): number {
  return Number(fs.readFileSync(path.join(openDataDir(dataDir).run, 'postgres.port'), 'utf8'));
}

/** An event as Stripe signs it: https://docs.stripe.com/webhooks#verify-manually @returns the status of the answer */
async function deliver(hub: HubProcess, id: string): Promise<number> {
  const seconds = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({
    id,
    object: 'event',
    type: 'customer.updated',
    created: seconds,
    data: { object: { object: 'customer', id: NOBODY } },
  });
  const signature = createHmac('sha256', hub.sandbox.secrets.STRIPE_WEBHOOK_SECRET ?? '')
    .update(`${seconds}.${body}`)
    .digest('hex');
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${signature}` };
  return (await hub.call('/webhooks/billing', { method: 'POST', headers, body })).status;
}

/** Two readings, as one alone sets nothing off. @returns the status of the answer */
async function use(hub: HubProcess, used: number): Promise<number> {
  const rows = [-1_000, 0].map((ms) => ({
    account: 'acme',
    product: 'core',
    metric: 'storage_gb',
    observedAt: addMs(hub.now(), ms),
    used,
  }));
  const headers = { 'content-type': 'application/json' };
  return (await hub.call('/api/v1/usage', { method: 'POST', headers, body: JSON.stringify({ rows }) })).status;
}

/** The events from billing in the hub's inbox that this test made, in the order of arrival. */
async function inboxOf(hub: HubProcess): Promise<{ id: string; state: string }[]> {
  const password = secretOf(openDataDir(hub.dataDir), 'postgres-password');
  const client = new pg.Client(`postgres://headroom:${password}@127.0.0.1:${postgresPort(hub)}/headroom`);
  await client.connect();
  try {
    const { rows } = await client.query(
      `select event_id as id, state from inbox where object = '${NOBODY}' order by id`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
