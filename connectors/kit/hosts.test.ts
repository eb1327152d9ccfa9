import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Connection } from '../../config/schema/index.ts';
import type { Manifest } from './connector.ts';
import { allowedHosts, baseUrl, checkAddress, checkHost, type HostGuard } from './hosts.ts';

const manifest: Manifest = {
  name: 'acme',
  title: 'Acme',
  settings: z.looseObject({}),
  auth: [],
  hosts: (settings) => [`api-${String(settings.region)}.acme.example`],
  apiVersion: { name: '1', url: 'https://acme.example/docs' },
  limits: [],
  needsAccountKey: false,
  webhook: false,
};
const connection = (mode: Connection['mode'], more: Record<string, unknown> = {}): Connection => ({
  connector: 'acme',
  mode,
  auth: {},
  ...more,
});

test('a live connection may reach the hosts that its settings name', () => {
  expect(allowedHosts(manifest, connection('live', { region: 'eu' }))).toEqual(['api-eu.acme.example']);
});

test('a sandbox connection may reach its simulator only, and needs to say where it is', () => {
  const sandbox = connection('sandbox', { region: 'eu', sandbox_url: 'http://127.0.0.1:4010/acme/' });
  expect(allowedHosts(manifest, sandbox)).toEqual(['127.0.0.1']);
  expect(baseUrl(sandbox, 'https://api.acme.example')).toBe('http://127.0.0.1:4010/acme');
  expect(baseUrl(connection('live'), 'https://api.acme.example/')).toBe('https://api.acme.example');
  expect(() => allowedHosts(manifest, connection('sandbox'))).toThrow('needs sandbox_url');
});

describe('host names', () => {
  const guard: HostGuard = { connector: 'acme', mode: 'live', hosts: ['api.acme.example', '.cdn.acme.example'] };
  test.each(['api.acme.example', 'API.acme.example', 'eu.cdn.acme.example'])('%s is allowed', (host) => {
    expect(() => checkHost(guard, host)).not.toThrow();
  });
  test.each(['acme.example', 'api.acme.example.evil.example', 'evilcdn.acme.example', 'xapi.acme.example'])(
    '%s is refused',
    (host) => {
      expect(() => checkHost(guard, host)).toThrow('is not one of');
    },
  );
});

describe('addresses', () => {
  const at = (mode: Connection['mode']): HostGuard => ({ connector: 'acme', mode, hosts: [] });
  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('%s is for sandboxes only', (address) => {
    expect(() => checkAddress(at('sandbox'), address)).not.toThrow();
    expect(() => checkAddress(at('live'), address)).toThrow('private or loopback');
  });
  test.each(['93.184.216.34', '2606:2800:220:1::1'])('%s is for live connections only', (address) => {
    expect(() => checkAddress(at('live'), address)).not.toThrow();
    expect(() => checkAddress(at('sandbox'), address)).toThrow('not a loopback');
  });
  test.each([
    '10.1.2.3',
    '172.20.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
  ])('%s is for nobody', (address) => {
    expect(() => checkAddress(at('live'), address)).toThrow();
    expect(() => checkAddress(at('sandbox'), address)).toThrow();
  });
});
