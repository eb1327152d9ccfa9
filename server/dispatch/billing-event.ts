import { z } from 'zod';
import { takeCustomer } from '../../activities/billing/take-customer.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { inTransaction, listTakenBack, notReadAfter } from '../../store/index.ts';
import type { HandleEvent } from './handlers.ts';

const READ_MS = 15_000;

const billingBody = z.looseObject({ customerId: z.string(), objectId: z.string().nullish() });
const PAID = 'invoice.paid';

/**
 * The event says only that something changed: what counts is the customer's picture as it stands at billing now. Billing
 * tells one change by many events: a picture asked for after an event arrived holds what it speaks of. Only a payment that
 * an upgrade was taken back for wanting is in no picture once the invoice has been written off.
 */
export const takeBillingEvent: HandleEvent = async ({ deps }, { name, capabilities }, row) => {
  const { customerId, objectId } = billingBody.parse(row.body);
  const paidInvoice = row.type === PAID ? (objectId ?? null) : null;
  const news = await inTransaction(deps.store, async (tx) => {
    const changed = await notReadAfter(tx, name, [customerId], row.wireReceivedAt);
    if (changed.length > 0 || paidInvoice === null) return changed.length > 0;
    return (await listTakenBack(tx, { connection: name, customerId })).length > 0;
  });
  if (!news) return;
  const wireReadAt = deps.wireNow();
  const customer = await capabilities.billing?.readCustomer(customerId, callWithin(READ_MS, { priority: 'message' }));
  if (customer) await takeCustomer(deps, name, customer, wireReadAt, paidInvoice);
};
