import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardedAgent, guardedSocket, hostFetch } from './doors.ts';
import { ConnectorError, UnexpectedResponseError } from './errors.ts';
import type { HostGuard } from './hosts.ts';
import { networkError } from './network-errors.ts';

let sockets = 0;
const server = createServer((request, response) => {
  if (request.url === '/away') return response.writeHead(302, { location: 'https://elsewhere.example/' }).end();
  request.setEncoding('utf8');
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => response.end(`${request.method} ${request.headers['content-type']} ${body}`));
});
server.on('connection', () => {
  sockets++;
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port; // a listening TCP server has a port
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const sandbox: HostGuard = { connector: 'acme', mode: 'sandbox', hosts: ['127.0.0.1', 'localhost'] };
/** Each way out, as a function that tries to reach a host. */
const ways: [string, (guard: HostGuard, host: string) => Promise<unknown>][] = [
  ['fetch', (guard, host) => hostFetch(guard)(`http://${host}:${port}/`)],
  [
    'http agent',
    (guard, host) =>
      new Promise((resolve, reject) => {
        const agent = guardedAgent(guard, 'http:');
        get({ host, port, agent }, (response) => resolve(response.resume())).on('error', reject);
      }),
  ],
  ['TCP socket', async (guard, host) => (await guardedSocket(guard, { host, port })).destroy()],
];
const refusal = async (work: () => Promise<unknown>) => {
  try {
    await work();
  } catch (error) {
    return networkError(error, { connector: 'acme', operation: 'test' }, undefined);
  }
  throw new Error('was not refused');
};

describe.each(ways)('the %s of a connection', (_name, reach) => {
  test('reaches its simulator on loopback, by address and by name', async () => {
    await expect(reach(sandbox, '127.0.0.1')).resolves.toBeDefined();
    await expect(reach(sandbox, 'localhost')).resolves.toBeDefined();
  });

  test('refuses a host that is not the connection’s, without opening a socket', async () => {
    const before = sockets;
    const error = await refusal(() => reach({ ...sandbox, hosts: ['127.0.0.9'] }, '127.0.0.1'));
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('127.0.0.1 is not one of') });
    expect(sockets).toBe(before);
  });

  test('refuses a sandbox address outside loopback', async () => {
    const error = await refusal(() => reach({ ...sandbox, hosts: ['192.0.2.1'] }, '192.0.2.1'));
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('not a loopback address') });
  });

  test('refuses a live host whose name leads to this machine', async () => {
    const before = sockets;
    const error = await refusal(() => reach({ ...sandbox, mode: 'live', hosts: ['localhost'] }, 'localhost'));
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('private or loopback') });
    expect(sockets).toBe(before);
  });
});

describe('hostFetch', () => {
  test('does not follow a redirect', async () => {
    const follow = hostFetch(sandbox)(`http://127.0.0.1:${port}/away`, { redirect: 'follow' });
    await expect(follow).rejects.toBeInstanceOf(UnexpectedResponseError);
  });

  test('sends the web’s FormData and Request as they are', async () => {
    const fetch = hostFetch(sandbox);
    const form = new FormData();
    form.append('file', 'content');
    const sentForm = await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: form })).text();
    expect(sentForm).toContain('multipart/form-data');
    expect(sentForm).toContain('name="file"');
    const request = new Request(`http://127.0.0.1:${port}/`, { method: 'PUT', body: 'text' });
    expect(await (await fetch(request)).text()).toMatch(/^PUT text\/plain.* text$/);
  });

  test('refuses by name before anything is resolved', async () => {
    await expect(hostFetch(sandbox)('https://api.vendor.example/')).rejects.toBeInstanceOf(ConnectorError);
  });
});
