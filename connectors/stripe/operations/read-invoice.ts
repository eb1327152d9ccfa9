import type { Billing } from '../../kit/capabilities.ts';
import type { StripeClient } from '../client.ts';
import { isMissing } from '../errors.ts';
import { invoiceState, madeBy } from '../picture.ts';
import { invoice } from '../schemas.ts';

/** One invoice as it stands now: the lists of a customer's picture hold open ones only. */
export function readInvoice(client: StripeClient): Billing['readInvoice'] {
  return async (id, call) => {
    try {
      const found = await client.read('readInvoice', call, invoice, (stripe) => stripe.invoices.retrieve(id));
      return { id: found.id, customerId: found.customer, state: invoiceState(found), ...madeBy(found) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
}
