/** For every connector that goes out, whatever package it uses: when its secrets are read, and where they can go. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../config/schema/index.ts';
import { ConnectorError } from './kit/errors.ts';
import { fakeDependencies } from './kit/testing/dependencies.ts';
import { callWithin } from './kit/time-limit.ts';
import { connectors } from './registry.ts';

/** A name server that is not ours says that every vendor lives on this machine. */
const lies = vi.hoisted(() => ({ on: false }));
vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>();
  const lookup = (name: string, options: object, done: (error: null, found: object[]) => void) =>
    lies.on ? done(null, [{ address: '127.0.0.1', family: 4 }]) : dns.lookup(name, options, done as never);
  return { ...dns, default: { ...dns, lookup }, lookup };
});

/** What each needs besides its secrets. */
const SETTINGS: Record<string, Record<string, unknown>> = {
  hubspot: { account_key: 'headroom_account_id' },
  mixpanel: { region: 'us', project_id: '1', account_key: 'company_id', data_group_id: '2', timezone: 'UTC' },
  salesforce: { my_domain: 'acme.my.salesforce.com', account_key: 'Headroom_Account_Id__c' },
  smtp: { host: 'relay.vendor.example', port: 587, domain: 'own.example' },
  slack: { channel: '#expansion' },
  stripe: { account_key: 'metadata.account_id' },
};
const OUTWARD = Object.entries(connectors).filter(
  ([, { manifest }]) => manifest.hosts((SETTINGS[manifest.name] ?? {}) as never).length > 0,
);

function open(name: string, mode: 'sandbox' | 'live', url: string) {
  const connector = connectors[name];
  if (!connector) throw new Error(`no connector ${name}`);
  const names = [...connector.manifest.auth.map((one) => one.replace(/\?$/, '')), 'webhook_secret'];
  const asked: string[] = [];
  const connection = {
    ...{ connector: name, mode, sandbox_url: url, webhook_secret: 'env:WEBHOOK_SECRET' },
    ...SETTINGS[name],
    auth: Object.fromEntries(names.map((one) => [one, `env:${one.toUpperCase()}`])),
  } as Connection;
  const dependencies = fakeDependencies({ connection });
  dependencies.secret = (reference) => {
    asked.push(reference);
    return `secret-of-${reference}`;
  };
  const { check } = connector.connect(dependencies);
  if (!check) throw new Error(`${name} has no check`);
  const failure = async () => {
    const error = await check(callWithin(5_000)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ConnectorError)) throw new Error(`${name} was not refused: ${error}`);
    return error;
  };
  return { asked, failure };
}

let [vendor, elsewhere]: { server: Server; port: number }[] = [];
let stolen: string[] = [];
async function listening(handle: RequestListener) {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port }; // a listening TCP server has a port
}
beforeAll(async () => {
  elsewhere = await listening((request, response) => {
    stolen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.end('{}');
  });
  vendor = await listening((_, response) => {
    response.writeHead(307, { location: `http://localhost:${elsewhere?.port}/elsewhere` }).end();
  });
});
afterAll(() => {
  for (const one of [vendor, elsewhere]) one?.server.close();
});
beforeEach(() => {
  lies.on = false;
  stolen = [];
});

test('there is something to try', () => {
  expect(OUTWARD.map(([name]) => name)).toEqual(
    expect.arrayContaining(['hubspot', 'mixpanel', 'salesforce', 'slack', 'smtp', 'stripe']),
  );
});

describe.each(OUTWARD)('%s', (name) => {
  test('reads no secret before a call is made', () => {
    expect(open(name, 'sandbox', `http://127.0.0.1:${vendor?.port}`).asked).toEqual([]);
  });

  test('sends a simulator nothing that is not on this machine', async () => {
    expect(await open(name, 'sandbox', 'http://192.0.2.1:80').failure()).toMatchObject({
      message: expect.stringContaining('not a loopback address'),
    });
  });

  test('does not reach a vendor whose name leads to this machine', async () => {
    lies.on = true;
    expect(await open(name, 'live', `http://127.0.0.1:${vendor?.port}`).failure()).toMatchObject({
      message: expect.stringContaining('private or loopback address'),
    });
  });
});

/** SMTP knows no redirects. */
const OVER_HTTP = OUTWARD.filter(([name]) => name !== 'smtp');

describe.each(OVER_HTTP)('%s', (name) => {
  test('follows no redirect to another host, and takes no secret there', async () => {
    const error = await open(name, 'sandbox', `http://127.0.0.1:${vendor?.port}`).failure();
    expect(error.message).toMatch(/redirect/);
    expect(stolen).toEqual([]);
  });
});
