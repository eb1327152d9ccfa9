import type { Billing } from '../../kit/capabilities.ts';
import type { StripeClient } from '../client.ts';
import { stripeId } from '../picture.ts';
import { portalSession } from '../schemas.ts';

/**
 * A portal session that shows one change and its proration, to be confirmed by the customer. It is short-lived.
 * https://docs.stripe.com/customer-management/portal-deep-links
 */
export function upgradeLink(client: StripeClient, portalConfiguration: string | undefined): Billing['upgradeLink'] {
  return async (input, call) => {
    const session = await client.read('upgradeLink', call, portalSession, (stripe) =>
      stripe.billingPortal.sessions.create({
        customer: input.customerId,
        return_url: input.returnUrl,
        ...(portalConfiguration === undefined ? {} : { configuration: portalConfiguration }),
        flow_data: {
          type: 'subscription_update_confirm',
          subscription_update_confirm: {
            subscription: stripeId(input.subscriptionId),
            items: [{ id: input.itemId, price: input.priceId, quantity: input.quantity }],
          },
          after_completion: { type: 'redirect', redirect: { return_url: input.returnUrl } },
        },
      }),
    );
    return session.url;
  };
}
