import { z } from 'zod';
import { takeCustomer } from '../../activities/billing/take-customer.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import type { HandleEvent } from './handlers.ts';

const READ_MS = 15_000;

const billingBody = z.looseObject({ customerId: z.string() });

/** The event says only that something changed: what counts is the customer's picture as it stands at billing now. */
export const takeBillingEvent: HandleEvent = async ({ deps }, { name, capabilities }, row) => {
  const { customerId } = billingBody.parse(row.body);
  const wireReadAt = deps.wireNow();
  const customer = await capabilities.billing?.readCustomer(customerId, callWithin(READ_MS, { priority: 'message' }));
  if (customer) await takeCustomer(deps, name, customer, wireReadAt);
};
