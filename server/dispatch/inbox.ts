import type { Deps } from '../../activities/deps.ts';
import { pauseForCredentials } from '../../activities/effects/credentials.ts';
import { AuthenticationError, RateLimitedError } from '../../connectors/kit/errors.ts';
import { redactText } from '../../connectors/kit/redact.ts';
import { type InboxRow, inboxDone, inboxRetry, inTransaction, nextInbox, park } from '../../store/index.ts';
import type { RequestTrial } from '../http/context.ts';
import { handleEvent } from './handlers.ts';
import { type Loop, startLoop } from './loop.ts';

/** In one look. */
const BATCH = 10;
/** A source with this many under way gets no more: while its vendor is slow, the events of others go on. */
const OF_ONE_SOURCE = 10;
const AT_ONCE = 60;
const LEASE_MS = 30_000;
/** With waits that double from 200 ms: about two minutes of trying. */
const ATTEMPTS = 10;

/** Works off vendor events, one object's in order. An event that keeps failing is parked and holds up its object only. */
export function startInbox(deps: Deps, requestTrial: RequestTrial): Loop {
  const { store, log } = deps;
  const underWay = new Map<InboxRow, Promise<void>>();
  const loop = startLoop('inbox', 250, log, async () => {
    if (underWay.size >= AT_ONCE) await Promise.race(underWay.values());
    const rows = await inTransaction(store, (tx) =>
      nextInbox(tx, BATCH, { wireNow: deps.wireNow(), leaseMs: LEASE_MS, except: busySources() }),
    );
    for (const row of rows)
      underWay.set(
        row,
        work(row).finally(() => ended(row)),
      );
    return rows.length > 0;
  });
  return {
    poke: loop.poke,
    stop: async () => {
      await loop.stop();
      await Promise.all(underWay.values());
    },
  };

  function busySources(): string[] {
    const counts = Map.groupBy(underWay.keys(), ({ source }) => source);
    return [...counts].filter(([, rows]) => rows.length >= OF_ONE_SOURCE).map(([source]) => source);
  }

  /** What waits behind it, of its object or its source, may go on. */
  function ended(row: InboxRow): void {
    underWay.delete(row);
    loop.poke();
  }

  /** Never throws: where the store is away, the lease runs out and the event is taken again. */
  async function work(row: InboxRow): Promise<void> {
    if (row.error === null) deps.lag.observe('inbox', row.receivedAt, deps.now());
    try {
      await handleEvent({ deps, requestTrial }, row);
      await inTransaction(store, (tx) => inboxDone(tx, row.id, deps.now()));
    } catch (error) {
      await putBack(row, error).catch((lost: unknown) =>
        log.warn({ err: lost, source: row.source, event: row.eventId }, 'an event could not be put back yet'),
      );
    }
  }

  async function putBack(row: InboxRow, error: unknown): Promise<void> {
    if (error instanceof AuthenticationError) await pauseForCredentials(deps, row.source, error);
    const reason = redactText(error instanceof Error ? error.message : String(error), 1_000);
    if (error instanceof RateLimitedError) {
      // The vendor says when: that is no failure of the event, however often it happens.
      const wireNextAt = deps.wireNow() + error.retryAfterMs;
      return await inTransaction(store, (tx) => inboxRetry(tx, row.id, reason, { wireNextAt, counts: false }));
    }
    const last = row.attempts >= ATTEMPTS;
    log.warn(
      { err: error, source: row.source, event: row.eventId, attempts: row.attempts },
      last ? 'an event is parked for a person' : 'an event could not be handled yet',
    );
    const wireNextAt = deps.wireNow() + Math.min(30_000, 200 * 2 ** row.attempts);
    await inTransaction(store, (tx) =>
      last ? park(tx, row.id, reason) : inboxRetry(tx, row.id, reason, { wireNextAt, counts: true }),
    );
  }
}
