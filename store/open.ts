import pg from 'pg';
import type { KeyRing } from './keys.ts';
import { migrateStore } from './migrate.ts';
import { planOnce } from './planned.ts';
import { openVault, type Vault } from './vault.ts';

export interface StoreOptions {
  /** Part of every key that vendors see, so that two installations on one vendor account never share a key. */
  tenant: string;
  /** From `readKeyRing`: seals payloads. */
  keys: KeyRing;
  maxConnections?: number;
  /** Called when an idle connection breaks, as when PostgreSQL is restarted; the pool makes a new one by itself. */
  onConnectionLost?: (error: Error) => void;
}

export interface Store {
  tenant: string;
  vault: Vault;
  pool: pg.Pool;
  /** Brings the schema up to date; safe to call from many processes at once. */
  migrate: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Connects to PostgreSQL (15 or newer).
 * @throws when the server cannot be reached or refuses the credentials
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    application_name: 'headroom',
    options: '-c TimeZone=UTC',
    // A process that was stopped in the middle of a transaction must not hold everybody's locks.
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', (error) => options.onConnectionLost?.(error));
  // The pool listens for errors of idle connections only. One that breaks in the middle of a transaction fails its
  // query, and without a listener of its own it would end the process as well.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    planOnce(client);
  });
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    tenant: options.tenant,
    vault: openVault(options.keys),
    pool,
    migrate: () => migrateStore(pool),
    close: () => pool.end(),
  };
}
