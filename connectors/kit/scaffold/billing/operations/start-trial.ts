import { z } from 'zod';
import type { Billing } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ ref: z.string(), account: z.string(), price: z.string(), trialEnd: z.number() });

/** Beside the paid subscription, ending by itself, and unable to charge (docs/decisions/009-trial-as-a-second-subscription.md). */
export function startTrial(_client: AcmeClient): Billing['startTrial'] {
  return {
    name: 'startTrial',
    idempotency: 'vendor_key',
    settleMs: 10_000,
    timeoutMs: 20_000,
    prepare: ({ offerId, account, priceId, trialEnd }) => ({ ref: offerId, account, price: priceId, trialEnd }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten(
        'connectors/acme/operations/start-trial.ts: `send` creates the trial with client.write(…) and the key',
      );
    },
  };
}
