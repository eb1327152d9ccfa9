import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journeyWorkflowId } from '../../domain/workflow-ids.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, getToKnow, use } from '../support/moves.ts';
import { mails, seen } from '../support/seen.ts';
import { askForTrial, isActive, trialOf } from '../support/trials.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({
    accounts: { forgets: { core: 'starter' }, tries: { core: 'starter' } },
    cachedWorkflows: 0,
  });
  await getToKnow(hub, { account: 'forgets', product: 'core', metric: 'storage_gb', used: 20 });
});
afterAll(() => hub?.stop());

describe.concurrent('a worker that keeps no run in memory, and so replays each at every step', () => {
  test('takes a journey to its end', async () => {
    await use(hub, 'forgets', 'core', 'storage_gb', 48);
    await eventually(() => mails(hub, 'forgets').length > 0 && seen(hub, 'task_created', 'forgets').length > 0);
    await hub.client.workflow.getHandle(journeyWorkflowId('forgets', 'core')).result();
    expect(mails(hub, 'forgets')).toHaveLength(1);
    expect(seen(hub, 'account_tagged', 'forgets')).toHaveLength(1);
  });

  test('takes a trial to its conversion', async () => {
    const { offerId = '' } = await askForTrial(hub, 'tries', 'core');
    await isActive(hub, offerId);
    await act(hub, 'stripe', 'change_plan', { account: 'tries', product: 'core', plan: 'team' });
    expect(await trialOf(hub, offerId).result()).toMatchObject({ state: 'converted' });
    expect(seen(hub, 'subscription_ended', 'tries')).toHaveLength(1);
  });
});
