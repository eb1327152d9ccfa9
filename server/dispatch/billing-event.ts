import { z } from 'zod';
import { takeCustomer } from '../../activities/billing/take-customer.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { inTransaction, notReadAfter } from '../../store/index.ts';
import type { HandleEvent } from './handlers.ts';

const READ_MS = 15_000;

const billingBody = z.looseObject({ customerId: z.string() });

/**
 * The event says only that something changed: what counts is the customer's picture as it stands at billing now. Billing
 * tells one change by many events: a picture asked for after an event arrived holds what it speaks of.
 */
export const takeBillingEvent: HandleEvent = async ({ deps }, { name, capabilities }, row) => {
  const { customerId } = billingBody.parse(row.body);
  const changed = await inTransaction(deps.store, (tx) => notReadAfter(tx, name, [customerId], row.wireReceivedAt));
  if (changed.length === 0) return;
  const wireReadAt = deps.wireNow();
  const customer = await capabilities.billing?.readCustomer(customerId, callWithin(READ_MS, { priority: 'message' }));
  if (customer) await takeCustomer(deps, name, customer, wireReadAt);
};
