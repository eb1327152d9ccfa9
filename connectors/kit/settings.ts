import type { Connection } from '../../config/schema/index.ts';

/** What every connection may have; the rest is the connector's own and checked by its manifest. */
const COMMON = new Set([
  'connector',
  'mode',
  'account_key',
  'auth',
  'webhook_secret',
  'expires',
  'limits',
  'sandbox_url',
]);

/** The settings of a connection that its connector's manifest declares. */
export function ownSettings(connection: Connection): Record<string, unknown> {
  return Object.fromEntries(Object.entries(connection).filter(([name]) => !COMMON.has(name)));
}
