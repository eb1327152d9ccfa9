import { z } from 'zod';
import type { Billing } from '../../kit/capabilities.ts';
import { InvalidInputError } from '../../kit/errors.ts';
import type { Call } from '../../kit/operation.ts';
import type { StripeClient } from '../client.ts';
import { isMissing } from '../errors.ts';
import { manifest } from '../manifest.ts';
import { isTrialOfOurs } from '../picture.ts';
import { subscription } from '../schemas.ts';
import { defineWrite } from '../write.ts';
import { retrieveSubscription } from './lists.ts';

const payload = z.object({ subscriptionId: z.string() });
const operation = 'endTrial';

/** Cancels a trial subscription at once. One that is canceled or gone is done; a paid one is never canceled here. */
export function endTrial(client: StripeClient): Billing['endTrial'] {
  const isOver = async (id: string, call: Call): Promise<boolean> => {
    const current = await missingAsNull(retrieveSubscription(client, operation, id, call));
    if (current === null || current.status === 'canceled') return true;
    if (isTrialOfOurs(current)) return false;
    throw new InvalidInputError(`subscription ${id} is no trial of ours and is left alone`, {
      connector: manifest.name,
      operation,
    });
  };
  return defineWrite<Billing['endTrial'], typeof payload>(payload, {
    name: operation,
    idempotency: 'natural',
    settleMs: 10_000,
    timeoutMs: 20_000,
    prepare: ({ subscriptionId }) => ({ subscriptionId }),
    explain: ({ subscriptionId }) => ({
      to: `subscription ${subscriptionId}`,
      what: 'the trial ends now',
      where: `subscription ${subscriptionId} in Stripe`,
      lookFor: 'its status Canceled',
    }),
    send: async ({ subscriptionId }, call) => {
      if (await isOver(subscriptionId, call)) return { subscriptionId };
      // DELETE takes no idempotency key; Stripe answers a second one with resource_missing.
      await missingAsNull(
        client.write(operation, call, 'natural', subscription, (stripe) =>
          stripe.subscriptions.cancel(subscriptionId, { prorate: false, invoice_now: false }),
        ),
      );
      return { subscriptionId };
    },
    find: async ({ subscriptionId }, call) =>
      (await isOver(subscriptionId, call)) ? { kind: 'found', result: { subscriptionId } } : { kind: 'absent' },
  });
}

async function missingAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
