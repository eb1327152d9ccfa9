import { z } from 'zod';
import { takeCrmAccountsById } from '../../activities/crm/take-by-id.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { holdersOf, inTransaction, notReadAfter } from '../../store/index.ts';
import type { HandleEvent } from './handlers.ts';

const READ_MS = 15_000;

const crmRecord = z.object({ type: z.string(), id: z.string() });

/**
 * The event says only that something changed: what counts is the account's picture as it stands in the CRM now. A
 * hundred changes of one account are one read: a picture asked for after an event arrived holds what it speaks of.
 */
export const takeCrmEvent: HandleEvent = async ({ deps }, { name, capabilities: { crm } }, row) => {
  if (!crm) return;
  const record = crmRecord.parse(row.body);
  const call = callWithin(READ_MS, { priority: 'message' });
  const named = crm.accountsOf ? await crm.accountsOf(record, call) : [record.id];
  const changed = await inTransaction(deps.store, async (tx) => {
    const before = await holdersOf(tx, name, record.id);
    return await notReadAfter(tx, name, [...new Set([...named, ...before])], row.wireReceivedAt);
  });
  if (changed.length === 0) return;
  await takeCrmAccountsById(deps, { connection: name, crm }, changed, call);
};
