import type { Cents } from '../../../domain/model.ts';
import type { Billing } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import type { StripeClient } from '../client.ts';
import { hasDiscounts, monthlyByItem, monthlyCents } from '../money.ts';
import { stripeId } from '../picture.ts';
import { previewedInvoice, price } from '../schemas.ts';
import { readCoupons, retrieveSubscription } from './lists.ts';

type PreviewInput = Parameters<Billing['previewChange']>[0];
const operation = 'previewChange';

/** What the change would cost now. The change itself must carry the same proration_date, or the amounts differ. */
export function previewChange(client: StripeClient): Billing['previewChange'] {
  return async (input, call) => {
    const invoice = await client.read(operation, call, previewedInvoice, (stripe) =>
      stripe.invoices.createPreview({
        customer: input.customerId,
        subscription: stripeId(input.subscriptionId),
        subscription_details: {
          items: [{ id: input.itemId, price: input.priceId, quantity: input.quantity }],
          proration_behavior: 'always_invoice',
          proration_date: input.prorationDate,
        },
      }),
    );
    return {
      dueNowCents: invoice.amount_due,
      currency: invoice.currency,
      newMonthlyCents: await newMonthly(client, input, call),
      prorationDate: input.prorationDate,
    };
  };
}

/** The previewed invoice holds prorations only, so the price of a full month, discounts kept, is ours to work out. */
async function newMonthly(client: StripeClient, input: PreviewInput, call: Call): Promise<Cents> {
  const next = await client.read(operation, call, price, (stripe) =>
    stripe.prices.retrieve(input.priceId, { expand: ['tiers'] }),
  );
  const current = await retrieveSubscription(client, operation, stripeId(input.subscriptionId), call);
  if (!hasDiscounts(current)) return Math.round(monthlyCents(next, input.quantity));
  const data = current.items.data.map((item) =>
    item.id === input.itemId ? { ...item, price: next, quantity: input.quantity } : item,
  );
  const coupons = await readCoupons(client, operation, call);
  const monthly = monthlyByItem({ ...current, items: { data } }, { coupons, customer: null, now: input.prorationDate });
  return monthly.get(input.itemId) ?? 0;
}
