import { handleEvent } from '../../server/dispatch/handlers.ts';
import { type InboxRow, inboxDone, inTransaction, nextInbox } from '../../store/index.ts';
import type { TestServer } from './http-server.ts';

/** Handles what waits in the inbox, once, as the dispatcher would. @returns what was handled */
export async function workOff({ store, context, time }: TestServer): Promise<InboxRow[]> {
  const handled: InboxRow[] = [];
  for (;;) {
    const rows = await inTransaction(store, (tx) => nextInbox(tx, 20, { wireNow: time.wireNow, leaseMs: 60_000 }));
    if (rows.length === 0) return handled;
    for (const row of rows) {
      await handleEvent(context, row);
      await inTransaction(store, (tx) => inboxDone(tx, row.id, time.now));
      handled.push(row);
    }
  }
}
