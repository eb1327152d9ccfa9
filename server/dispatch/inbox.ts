import { z } from 'zod';
import { takeCustomer } from '../../activities/billing/take-customer.ts';
import type { OpenConnection } from '../../activities/connections.ts';
import type { Deps } from '../../activities/deps.ts';
import { pauseForCredentials } from '../../activities/effects/credentials.ts';
import { AuthenticationError } from '../../connectors/kit/errors.ts';
import { redactText } from '../../connectors/kit/redact.ts';
import { type InboxRow, inboxDone, inboxRetry, inTransaction, nextInbox, park } from '../../store/index.ts';
import type { RequestTrial } from '../http/context.ts';
import { takeChatAction } from './chat-action.ts';
import { type Loop, startLoop } from './loop.ts';

const BATCH = 20;
const LEASE_MS = 30_000;
const READ_MS = 15_000;
/** With waits that double from 200 ms: about two minutes of trying. */
const ATTEMPTS = 10;

const billingBody = z.looseObject({ customerId: z.string() });

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
      await handle(deps, requestTrial, row);
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

async function handle(deps: Deps, requestTrial: RequestTrial, row: InboxRow): Promise<void> {
  const connection = deps.connections.get(row.source);
  if (!connection)
    throw new Error(`config has no connection ${row.source} any more; add it again, then replay this event`);
  if (connection.capabilities.billing) return await refetch(deps, connection, row);
  if (connection.capabilities.chat) return await takeChatAction(deps, requestTrial, connection, row);
  throw new Error(`nothing here handles ${row.type} of ${row.source}`);
}

/** The event says only that something changed: what counts is the customer's picture as it stands at billing now. */
async function refetch(deps: Deps, { name, capabilities }: OpenConnection, row: InboxRow): Promise<void> {
  const { customerId } = billingBody.parse(row.body);
  const wireReadAt = deps.wireNow();
  const customer = await capabilities.billing?.readCustomer(customerId, {
    signal: AbortSignal.timeout(READ_MS),
    deadline: performance.now() + READ_MS,
  });
  if (customer) await takeCustomer(deps, name, customer, wireReadAt);
}
