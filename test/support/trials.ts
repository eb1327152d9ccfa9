import { z } from 'zod';
import { trialWorkflowId } from '../../domain/workflow-ids.ts';
import { trialViewQuery } from '../../workflows/trial-run/messages.ts';
import type { trialRun } from '../../workflows/trial-run/workflow.ts';
import { eventually } from './eventually.ts';
import type { TestHub } from './hub.ts';

const answer = z.looseObject({ offerId: z.string().optional(), sentence: z.string().optional() });

/** Asks for a trial by the API, as RevOps would. */
export async function askForTrial(hub: TestHub, account: string, product: string) {
  const response = await fetch(`${hub.url}/api/v1/trials`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ account, product, actor: 'revops@vendor.example' }),
  });
  const asked = { status: response.status, ...answer.parse(await response.json()) };
  // The store starts its workflow, a moment later.
  const { offerId } = asked;
  if (offerId !== undefined) await eventually(() => trialOf(hub, offerId).describe());
  return asked;
}

export function trialOf(hub: TestHub, offerId: string) {
  return hub.client.workflow.getHandle<typeof trialRun>(trialWorkflowId(offerId));
}

/** Until the trial's features are there. */
export function isActive(hub: TestHub, offerId: string): Promise<unknown> {
  return eventually(async () => (await trialOf(hub, offerId).query(trialViewQuery)).state === 'active');
}
