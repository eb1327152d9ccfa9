import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addMs } from '../../domain/clock.ts';
import type { Json } from '../../domain/model.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import { journeyWorkflowId, onboardingWorkflowId, trialWorkflowId } from '../../domain/workflow-ids.ts';
import {
  closeIncidents,
  findTrial,
  inTransaction,
  listJourneys,
  listTrials,
  listUpgrades,
  openIncident,
} from '../../store/index.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, keepHistory } from '../support/histories.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, getToKnow, sweep, use } from '../support/moves.ts';
import { mails, seen } from '../support/seen.ts';
import { managerOf } from '../support/test-world.ts';
import { askForTrial, isActive, trialOf } from '../support/trials.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({
    accounts: {
      likes: { core: 'starter' },
      lapses: { core: 'starter' },
      locked: { marketing: 'starter' },
      unsold: { api: 'starter' },
      owes: { core: 'starter' },
      garbled: { core: 'starter' },
      hurries: { core: 'starter' },
    },
    config: ({ products }) => {
      // Billing never lists this one, and sells no price of that name.
      Object.assign(products.marketing?.plans.team ?? {}, { entitlements: ['never_listed'] });
      Object.assign(products.api?.plans.team ?? {}, { price: 'no_such_price' });
    },
  });
  await getToKnow(hub, { account: 'likes', product: 'core', metric: 'storage_gb', used: 20 });
});
afterAll(() => hub?.stop());

const stateOf = async (offerId: string) => (await inTransaction(hub.store, (tx) => findTrial(tx, offerId)))?.state;
const endedSubscriptions = (account: string) => seen(hub, 'subscription_ended', account);

describe.concurrent('a trial', () => {
  test('that the account manager starts from the alert is converted by the customer, and onboarding starts once', async () => {
    await use(hub, 'likes', 'core', 'storage_gb', 50);
    const alert = await eventually(() => seen(hub, 'chat_message', 'likes')[0]);
    const [channel = '', ts = ''] = alert.id.split('/');
    const click: Record<string, Json> = { channel, ts, actionId: 'start_trial', email: managerOf('likes') };
    await act(hub, 'slack', 'click', click);
    await act(hub, 'slack', 'click', click);
    const [trial] = await eventually(async () => {
      const trials = await inTransaction(hub.store, (tx) => listTrials(tx, { account: 'likes' }));
      return trials.length > 0 && trials;
    });
    const offerId = trial?.offerId ?? '';
    await isActive(hub, offerId);
    expect(seen(hub, 'subscription_created', 'likes')).toHaveLength(1);
    await eventually(() => mails(hub, 'likes').some((subject) => /trial is on/.test(subject)));

    await act(hub, 'stripe', 'change_plan', { account: 'likes', product: 'core', plan: 'team' });
    expect(await trialOf(hub, offerId).result()).toMatchObject({ state: 'converted' });
    expect(await stateOf(offerId)).toBe('converted');
    expect(endedSubscriptions('likes')).toHaveLength(1);
    const upgrades = await inTransaction(hub.store, (tx) => listUpgrades(tx, { account: 'likes' }));
    expect(upgrades).toHaveLength(1);
    const id = onboardingWorkflowId(upgrades[0]?.subscriptionId ?? '', upgrades[0]?.version ?? 0);
    await eventually(() => mails(hub, 'likes').some((subject) => subject.startsWith('Welcome')));
    expect((await hub.client.workflow.getHandle(id).describe()).status.name).toBe('RUNNING');
    expect(mails(hub, 'likes').filter((subject) => subject.startsWith('Welcome'))).toHaveLength(1);
    await hub.client.workflow.getHandle(journeyWorkflowId('likes', 'core')).result();
    const journeys = await inTransaction(hub.store, (tx) => listJourneys(tx, { account: 'likes' }));
    expect(journeys.map(({ play, status }) => `${play}: ${status}`)).toEqual(['route_to_am: upgraded']);
    await eventually(() => seen(hub, 'chat_update', 'likes').length > 0);
    keepHistory('trial-converted', await eventsOf(hub.client, trialWorkflowId(offerId)));
  });

  test('reminds, ends by itself and leaves a tag for the QBR; a second one is refused and starts nothing', async () => {
    const { offerId = '', status } = await askForTrial(hub, 'lapses', 'core');
    expect(status).toBe(202);
    expect(await trialOf(hub, offerId).result()).toMatchObject({ state: 'reverted' });
    expect(await stateOf(offerId)).toBe('reverted');
    expect(mails(hub, 'lapses')).toEqual([
      expect.stringMatching(/trial is on until/),
      expect.stringMatching(/trial ends in/),
      expect.stringMatching(/trial has ended/),
    ]);
    expect(seen(hub, 'account_tagged', 'lapses').map(({ summary }) => summary)).toEqual([
      expect.stringContaining('without an upgrade'),
    ]);
    expect(endedSubscriptions('lapses')).toHaveLength(1);
    keepHistory('trial-reverted', await eventsOf(hub.client, trialWorkflowId(offerId)));

    const again = await askForTrial(hub, 'lapses', 'core');
    expect(again.status).toBe(409);
    const runs = await hub.client.workflow.getHandle(trialWorkflowId(offerId)).describe();
    expect(runs.status.name).toBe('COMPLETED');
    expect(seen(hub, 'subscription_created', 'lapses')).toHaveLength(1);
  });

  test('that unlocks nothing is undone', async () => {
    const { offerId = '' } = await askForTrial(hub, 'locked', 'marketing');
    expect(await trialOf(hub, offerId).result()).toMatchObject({ state: 'reverted' });
    expect(await stateOf(offerId)).toBe('reverted');
    expect(seen(hub, 'subscription_created', 'locked')).toHaveLength(1);
    expect(endedSubscriptions('locked')).toHaveLength(1);
    expect(mails(hub, 'locked')).toEqual([]);
    keepHistory('trial-undone', await eventsOf(hub.client, trialWorkflowId(offerId)));
  });

  test('of a plan that billing does not sell is refused, and changes nothing there', async () => {
    const { offerId = '' } = await askForTrial(hub, 'unsold', 'api');
    expect(await trialOf(hub, offerId).result()).toMatchObject({ state: 'refused' });
    expect(await stateOf(offerId)).toBe('refused');
    expect(seen(hub, 'subscription_created', 'unsold')).toEqual([]);
    keepHistory('trial-refused', await eventsOf(hub.client, trialWorkflowId(offerId)));
  });

  test('whose reminder was held reminds nobody who has upgraded meanwhile', async () => {
    const { offerId = '' } = await askForTrial(hub, 'hurries', 'core');
    await isActive(hub, offerId);
    await eventually(() => mails(hub, 'hurries').length === 1);
    const incident = { id: 'slow_there', scope: 'hurries', note: null, startedAt: hub.now() };
    await inTransaction(hub.store, (tx) => openIncident(tx, incident));
    const trial = await inTransaction(hub.store, (tx) => findTrial(tx, offerId));
    const reminded = addMs(trial?.endsAt ?? '', -DAY_MS + HOUR_MS);
    await eventually(() => hub.now() > reminded);
    await act(hub, 'stripe', 'change_plan', { account: 'hurries', product: 'core', plan: 'team' });
    await eventually(async () => {
      const upgrades = await inTransaction(hub.store, (tx) => listUpgrades(tx, { account: 'hurries' }));
      return upgrades.length > 0;
    });
    await inTransaction(hub.store, (tx) => closeIncidents(tx, 'hurries', hub.now()));
    expect(await trialOf(hub, offerId).result()).toMatchObject({ state: 'converted' });
    expect(mails(hub, 'hurries').filter((subject) => /trial/.test(subject))).toEqual([
      expect.stringMatching(/trial is on until/),
    ]);
  });

  test('goes on when billing answers for a while what nobody can read', async () => {
    const { rows } = await hub.store.pool.query("select customer_id from subscription where account = 'garbled'");
    const path = `/customers/${rows[0].customer_id}`;
    hub.sandbox.frame.faults.add({ vendor: 'stripe', kind: 'wrong_shape', match: { method: 'GET', path }, times: 3 });
    const { offerId = '' } = await askForTrial(hub, 'garbled', 'core');
    await isActive(hub, offerId);
    await eventually(async () => (await stateOf(offerId)) === 'active');
    expect(hub.sandbox.frame.faults.list().some(({ match }) => match.path === path)).toBe(false);
    expect(seen(hub, 'subscription_created', 'garbled')).toHaveLength(1);
  });

  test('that is refused at the door starts no workflow', async () => {
    await act(hub, 'stripe', 'mark_overdue', { account: 'owes' });
    await sweep(hub, 'billing');
    expect((await askForTrial(hub, 'owes', 'core')).status).toBe(409);
    const { rows } = await hub.store.pool.query("select id, state from offer where account = 'owes'");
    expect(rows).toMatchObject([{ state: 'offered' }]);
    await expect(trialOf(hub, rows[0].id).describe()).rejects.toThrow(WorkflowNotFoundError);
    expect(seen(hub, 'subscription_created', 'owes')).toEqual([]);
  });
});
