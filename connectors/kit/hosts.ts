/**
 * Where a connection may go, checked where the socket is opened: a `sandbox` connection reaches loopback only, a
 * `live` one only its vendor's public hosts. Every way out has its door: `hostFetch` for fetch clients, `guardedAgent`
 * for packages that take a Node http agent, `guardedSocket` for plain TCP such as SMTP.
 */
import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Connection } from '../../config/schema/index.ts';
import type { Json } from '../../domain/model.ts';
import type { Manifest } from './connector.ts';
import { InvalidInputError } from './errors.ts';

export interface HostGuard {
  connector: string;
  mode: Connection['mode'];
  /** Host names without port; a leading dot allows subdomains. */
  hosts: string[];
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Addresses no public vendor has: RFC 1918, 6598, 3927, 4193, 4291, multicast and "this network". */
const notPublic = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  notPublic.addSubnet(net, prefix, 'ipv6');

/**
 * The hosts this connection may reach: its simulator's, or those of the vendor for its settings.
 * Throws InvalidInputError for a sandbox connection without an address.
 */
export function allowedHosts(manifest: Manifest, connection: Connection): string[] {
  if (connection.mode === 'sandbox') return [sandboxUrl(manifest.name, connection).hostname];
  // Connection is a loose object read from YAML: what is beyond the common settings is JSON.
  return manifest.hosts(connection as unknown as Record<string, Json>);
}

export function hostGuard(manifest: Manifest, connection: Connection): HostGuard {
  return { connector: manifest.name, mode: connection.mode, hosts: allowedHosts(manifest, connection) };
}

/** Where requests go: the simulator of a sandbox connection, else the vendor. Never ends in a slash. */
export function baseUrl(connection: Connection, liveUrl: string): string {
  const url = connection.mode === 'sandbox' ? sandboxUrl(connection.connector, connection).href : liveUrl;
  return url.replace(/\/+$/, '');
}

function sandboxUrl(connector: string, connection: Connection): URL {
  if (connection.sandbox_url === undefined || !URL.canParse(connection.sandbox_url)) {
    throw new InvalidInputError('a connection with mode: sandbox needs sandbox_url, such as http://127.0.0.1:4010', {
      connector,
      operation: 'connect',
    });
  }
  return new URL(connection.sandbox_url);
}

/** Throws InvalidInputError unless the host is one of the connection's. */
export function checkHost(guard: HostGuard, hostname: string): void {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const allowed = guard.hosts.some((entry) => {
    const name = entry.toLowerCase().replace(/^\[|\]$/g, '');
    return name.startsWith('.') ? host.endsWith(name) : host === name;
  });
  if (!allowed) throw refused(guard, `host ${host} is not one of ${guard.hosts.join(', ')}`);
  if (isIP(host) !== 0) checkAddress(guard, host);
}

/** Throws InvalidInputError for an address on the wrong side of loopback. */
export function checkAddress(guard: HostGuard, address: string): void {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const family = isIP(mapped) === 6 ? 'ipv6' : 'ipv4';
  if (guard.mode === 'sandbox' && !loopback.check(mapped, family)) {
    throw refused(guard, `${address} is not a loopback address, and a sandbox connection reaches nothing else`);
  }
  if (guard.mode === 'live' && notPublic.check(mapped, family)) {
    throw refused(guard, `${address} is a private or loopback address, and a live connection reaches the vendor only`);
  }
}

/** A resolver for sockets that lets no wrong address through, whatever the name server says. */
export function guardedLookup(guard: HostGuard): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of addresses) checkAddress(guard, address);
      } catch (refusal) {
        // checkAddress throws ConnectorError, an Error; the callback's type asks for Node's own error shape.
        return callback(refusal as NodeJS.ErrnoException, '');
      }
      const first = addresses[0];
      if (options.all || first === undefined) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function refused(guard: HostGuard, why: string): InvalidInputError {
  return new InvalidInputError(`refused to connect (mode: ${guard.mode}): ${why}`, {
    connector: guard.connector,
    operation: 'connect',
  });
}
