import type { Deps } from '../../activities/deps.ts';
import { pauseForCredentials } from '../../activities/effects/credentials.ts';
import { AuthenticationError } from '../../connectors/kit/errors.ts';
import { redactText } from '../../connectors/kit/redact.ts';
import { type InboxRow, inboxDone, inboxRetry, inTransaction, nextInbox, park } from '../../store/index.ts';
import type { RequestTrial } from '../http/context.ts';
import { handleEvent } from './handlers.ts';
import { type Loop, startLoop } from './loop.ts';

const BATCH = 20;
const LEASE_MS = 30_000;
/** With waits that double from 200 ms: about two minutes of trying. */
const ATTEMPTS = 10;

/** Works off vendor events, one object's in order. An event that keeps failing is parked and holds up its object only. */
export function startInbox(deps: Deps, requestTrial: RequestTrial): Loop {
  const { store, log } = deps;
  return startLoop('inbox', 250, log, async () => {
    const rows = await inTransaction(store, (tx) =>
      nextInbox(tx, BATCH, { wireNow: deps.wireNow(), leaseMs: LEASE_MS }),
    );
    await Promise.all(rows.map(work));
    return rows.length > 0;
  });

  async function work(row: InboxRow): Promise<void> {
    deps.lag.observe('inbox', row.receivedAt, deps.now());
    try {
      await handleEvent({ deps, requestTrial }, row);
      await inTransaction(store, (tx) => inboxDone(tx, row.id, deps.now()));
    } catch (error) {
      if (error instanceof AuthenticationError) await pauseForCredentials(deps, row.source, error);
      const reason = redactText(error instanceof Error ? error.message : String(error), 1_000);
      const last = row.attempts >= ATTEMPTS;
      log.warn(
        { err: error, source: row.source, event: row.eventId, attempts: row.attempts },
        last ? 'an event is parked for a person' : 'an event could not be handled yet',
      );
      const wait = Math.min(30_000, 200 * 2 ** row.attempts);
      await inTransaction(store, (tx) =>
        last ? park(tx, row.id, reason) : inboxRetry(tx, row.id, reason, deps.wireNow() + wait),
      );
    }
  }
}
