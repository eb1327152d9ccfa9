import { z } from 'zod';
import type { Billing } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ subscriptionId: z.string(), price: z.string(), quantity: z.number() });

/** Charges the difference: say with a link how the vendor keeps a repeat from charging twice. */
export function changePlan(_client: AcmeClient): Billing['changePlan'] {
  return {
    name: 'changePlan',
    idempotency: 'natural',
    settleMs: 10_000,
    timeoutMs: 20_000,
    prepare: ({ subscriptionId, priceId, quantity }) => ({ subscriptionId, price: priceId, quantity }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/change-plan.ts: `send` changes the price with client.write(…)');
    },
  };
}
