import { randomBytes } from 'node:crypto';
import { fixedRing, openStore, type Store } from '../../store/index.ts';
import { freshDatabase } from './database.ts';

/** A migrated store on a database of its own; `close` ends its connections and drops the database. */
export async function freshStore(
  maxConnections = 8,
): Promise<{ store: Store; url: string; close: () => Promise<void> }> {
  const { url, drop } = await freshDatabase();
  const store = await openStore(url, { tenant: 'test', keys: fixedRing([randomBytes(32)]), maxConnections });
  await store.migrate();
  const close = async () => {
    await store.close();
    await drop();
  };
  return { store, url, close };
}
