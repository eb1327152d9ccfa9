import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onboardingWorkflowId } from '../../domain/workflow-ids.ts';
import { inTransaction, listUpgrades } from '../../store/index.ts';
import type { onboarding } from '../../workflows/onboarding/workflow.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, keepHistory } from '../support/histories.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, getToKnow, startUpkeep, sweep } from '../support/moves.ts';
import { seen } from '../support/seen.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({
    // Ninety days take eighteen seconds: too fast for mail, which the trial's test has.
    scale: 432_000,
    accounts: {
      ...{ stays: { core: 'starter' }, leaves: { core: 'starter' }, climbs: { core: 'starter' } },
      pays_late: { core: 'starter' },
    },
    config: (config) => {
      config.onboarding = {};
      config.attribution = { ...config.attribution, unpaid: '2d' };
    },
  });
  await getToKnow(hub);
});
afterAll(() => hub?.stop());

const change = (account: string, plan: string) => act(hub, 'stripe', 'change_plan', { account, product: 'core', plan });
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;
const tasks = (account: string) => seen(hub, 'task_created', account).map(({ summary }) => summary);

/** The newest upgrade of an account, as the workflow that follows it. */
async function onboardingOf(account: string, plan: string) {
  const upgrade = await eventually(async () => {
    const upgrades = await inTransaction(hub.store, (tx) => listUpgrades(tx, { account }));
    return upgrades.find(({ toPlan }) => toPlan === plan);
  });
  const id = onboardingWorkflowId(upgrade.subscriptionId, upgrade.version);
  return { id, upgradedAt: upgrade.at, run: hub.client.workflow.getHandle<typeof onboarding>(id) };
}

describe.concurrent('onboarding', () => {
  test('asks the CSM to check in after 7 and 30 days, and looks once more after 90', async () => {
    await change('stays', 'team');
    const { id, run, upgradedAt } = await onboardingOf('stays', 'team');
    await eventually(() => run.describe());
    expect(await run.result()).toEqual({ ended: 'complete', done: ['check_in_7', 'check_in_30', 'quality_90'] });
    expect(tasks('stays')).toHaveLength(2);
    const days = seen(hub, 'task_created', 'stays').map(({ at }) => daysBetween(upgradedAt, at));
    expect(days).toEqual([expect.toSatisfy((day) => day >= 7), expect.toSatisfy((day) => day >= 30)]);
    expect(seen(hub, 'account_tagged', 'stays')).toHaveLength(1);
    keepHistory('onboarding-complete', await eventsOf(hub.client, id));
  });

  test('stops when the customer leaves', async () => {
    await change('leaves', 'team');
    const { id, run } = await onboardingOf('leaves', 'team');
    await eventually(() => tasks('leaves').length === 1);
    await act(hub, 'stripe', 'cut_back', { account: 'leaves', product: 'core' });
    await act(hub, 'stripe', 'cut_back', { account: 'leaves', product: 'core' });
    await sweep(hub, 'billing');
    expect((await run.result()).ended).toBe('taken_back');
    expect(seen(hub, 'account_tagged', 'leaves')).toEqual([]);
    keepHistory('onboarding-taken-back', await eventsOf(hub.client, id));
  });

  test('goes on where it was stopped when an unpaid invoice is paid in the end, and does nothing twice', async () => {
    await act(hub, 'stripe', 'set_card', { account: 'pays_late', card: 'declines' });
    await change('pays_late', 'team');
    const { id, run } = await onboardingOf('pays_late', 'team');
    const { runId } = await eventually(() => run.describe());
    const first = hub.client.workflow.getHandle<typeof onboarding>(id, runId);
    await eventually(async () => {
      await (await startUpkeep(hub)).result();
      return (await first.describe()).status.name === 'COMPLETED';
    });
    expect((await first.result()).ended).toBe('taken_back');
    await act(hub, 'stripe', 'set_card', { account: 'pays_late', card: 'ok' });
    await act(hub, 'stripe', 'pay_overdue', { account: 'pays_late' });
    const second = await eventually(async () => {
      const latest = await run.describe();
      return latest.runId !== runId && latest.runId;
    });
    const goesOn = hub.client.workflow.getHandle<typeof onboarding>(id, second);
    expect(await goesOn.result()).toEqual({ ended: 'complete', done: ['check_in_7', 'check_in_30', 'quality_90'] });
    expect(new Set(tasks('pays_late')).size).toBe(2);
    expect(tasks('pays_late')).toHaveLength(2);
  });

  test('ends where the onboarding of the next upgrade begins', async () => {
    await change('climbs', 'team');
    const { run } = await onboardingOf('climbs', 'team');
    await eventually(() => run.describe());
    await change('climbs', 'pro');
    const next = await onboardingOf('climbs', 'pro');
    expect((await run.result()).ended).toBe('followed');
    await eventually(async () => (await next.run.describe()).status.name === 'RUNNING');
  });
});
