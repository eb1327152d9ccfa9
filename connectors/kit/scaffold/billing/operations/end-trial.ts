import { z } from 'zod';
import type { Billing } from '../../../capabilities.ts';
import { notWritten } from '../../../not-written.ts';
import type { AcmeClient } from '../../common/client.ts';

const payload = z.object({ subscriptionId: z.string() });

/** One that is gone is done; a paid subscription is never ended here. */
export function endTrial(_client: AcmeClient): Billing['endTrial'] {
  return {
    name: 'endTrial',
    idempotency: 'natural',
    settleMs: 10_000,
    timeoutMs: 20_000,
    prepare: ({ subscriptionId }) => ({ subscriptionId }),
    send: async (stored, _call) => {
      payload.parse(stored);
      return notWritten('connectors/acme/operations/end-trial.ts: `send` ends the trial; 404 is as good as done');
    },
  };
}
