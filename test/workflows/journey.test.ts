import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journeyWorkflowId } from '../../domain/workflow-ids.ts';
import { TASK_QUEUE } from '../../server/task-queue.ts';
import { inTransaction, listEffects, listJourneys, listTouches, listTriggerEvents } from '../../store/index.ts';
import { journeyViewQuery, wakeSignal } from '../../workflows/account-journey/messages.ts';
import type { accountJourney } from '../../workflows/account-journey/workflow.ts';
import { eventually } from '../support/eventually.ts';
import { chainOf, eventsOf, eventsToFirstPark, keepHistory } from '../support/histories.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, getToKnow, openUpgrade, sweep, use } from '../support/moves.ts';
import { mails, seen, upgradeLink } from '../support/seen.ts';
import { adminOf } from '../support/test-world.ts';

const ACCOUNTS = ['grows', 'stays', 'repeats', 'climbs', 'ails', 'clicks', 'unreached', 'returns'];
/** Of 50 GB. */
const FULL = { 82: 41, 96: 48 };
const SUMMARY = expect.stringMatching(/^You have used 82% of your storage/);
const URGENT = expect.stringMatching(/^Only 2 GB storage left/);

let hub: TestHub;
beforeAll(async () => {
  const accounts = Object.fromEntries(ACCOUNTS.map((account) => [account, { core: 'starter' }]));
  hub = await startTestHub({ accounts });
  await getToKnow(hub, ...ACCOUNTS.map((account) => ({ account, product: 'core', metric: 'storage_gb', used: 20 })));
});
afterAll(() => hub?.stop());

const idOf = (account: string) => journeyWorkflowId(account, 'core');
const journey = (account: string) => hub.client.workflow.getHandle<typeof accountJourney>(idOf(account));
const view = (account: string) => journey(account).query(journeyViewQuery);
const store = (percent: keyof typeof FULL, account: string) => use(hub, account, 'core', 'storage_gb', FULL[percent]);
const upgrade = (account: string) => act(hub, 'stripe', 'change_plan', { account, product: 'core', plan: 'team' });
/** How the journeys of an account ended. News that come while one ends make a further run, which finds nothing to do. */
const endsOf = async (account: string) => {
  await journey(account).result();
  const journeys = await inTransaction(hub.store, (tx) => listJourneys(tx, { account }));
  return journeys.map(({ play, status }) => `${play}: ${status}`);
};
const eventsByTrigger = async (account: string) =>
  Object.fromEntries(
    (await inTransaction(hub.store, (tx) => listTriggerEvents(tx, { account, limit: 50 }))).map((event) => [
      event.trigger,
      event.status,
    ]),
  );
/** The message of a play. */
const effectOf = async (account: string, play: string) => {
  const effects = await inTransaction(hub.store, (tx) => listEffects(tx, { account }));
  return effects.find((effect) => effect.play === play && effect.operation === 'message.send');
};
/** Until the journey sleeps, with its mail sent. */
const waiting = (account: string) => eventually(async () => (await view(account))?.phase === 'waiting');
const holding = (account: string) => eventually(async () => (await view(account))?.phase === 'holding');

describe.concurrent('a journey', () => {
  test('mails a usage summary and ends as upgraded when the customer upgrades', async () => {
    await store(82, 'grows');
    await waiting('grows');
    expect(mails(hub, 'grows')).toEqual([SUMMARY]);

    await upgrade('grows');
    expect(await endsOf('grows')).toEqual(['summary: upgraded']);
    expect(mails(hub, 'grows').filter((subject) => !subject.startsWith('Welcome'))).toHaveLength(1);
    const [events = []] = await chainOf(hub.client, idOf('grows'));
    expect(eventsToFirstPark(events)).toBeLessThanOrEqual(40);
    keepHistory('journey-upgraded', events);
  });

  test('alerts, reminds and at last tags the account for its QBR when nobody upgrades', async () => {
    await store(96, 'stays');
    await waiting('stays');
    expect(await endsOf('stays')).toEqual(['urgent: not_upgraded']);
    expect(mails(hub, 'stays')).toEqual([URGENT]);
    expect(seen(hub, 'chat_message', 'stays')).toHaveLength(1);
    expect(seen(hub, 'task_created', 'stays')).toHaveLength(1);
    expect(seen(hub, 'account_tagged', 'stays')).toHaveLength(1);
    const touches = await inTransaction(hub.store, (tx) => listTouches(tx, { account: 'stays' }));
    expect(touches.map(({ channel }) => channel).sort()).toEqual(['email', 'in_app']);
    expect(await eventsByTrigger('stays')).toEqual({ usage_95: 'done' });
    const [events = []] = await chainOf(hub.client, idOf('stays'));
    expect(eventsToFirstPark(events)).toBeLessThanOrEqual(40);
    keepHistory('journey-not-upgraded', events);
  });

  test('runs a trigger event once, however often its wake is delivered', async () => {
    const wake = () =>
      hub.client.workflow.signalWithStart<typeof accountJourney>('accountJourney', {
        workflowId: idOf('repeats'),
        taskQueue: TASK_QUEUE,
        args: [{ clock: hub.clock, account: 'repeats', product: 'core', stage: null }],
        signal: wakeSignal,
      });
    await store(82, 'repeats');
    await waiting('repeats');
    await wake();
    await wake();
    await upgrade('repeats');
    expect(await endsOf('repeats')).toEqual(['summary: upgraded']);

    const late = await wake();
    expect(await late.result()).toBe('nothing_new');
    expect(mails(hub, 'repeats').filter((subject) => subject.includes('storage'))).toHaveLength(1);
    expect(await endsOf('repeats')).toEqual(['summary: upgraded']);
    keepHistory('journey-nothing-new', await eventsOf(hub.client, idOf('repeats')));
  });

  test('of a higher play takes over, and what the lower one had not sent never leaves', async () => {
    await act(hub, 'hubspot', 'open_ticket', { account: 'climbs' });
    await sweep(hub, 'crm');
    await store(82, 'climbs');
    await holding('climbs');
    await store(96, 'climbs');
    await eventually(() => seen(hub, 'task_created', 'climbs').length > 0);
    await holding('climbs');
    expect(mails(hub, 'climbs')).toEqual([]);

    const [ticket] = seen(hub, 'act', 'climbs');
    await act(hub, 'hubspot', 'close_ticket', { id: ticket?.id ?? '' });
    await sweep(hub, 'crm');
    await waiting('climbs');
    await upgrade('climbs');
    expect(await endsOf('climbs')).toEqual(['urgent: upgraded']);
    expect(mails(hub, 'climbs').filter((subject) => subject.includes('storage'))).toEqual([URGENT]);
    expect(await eventsByTrigger('climbs')).toEqual({ usage_80: 'superseded', usage_95: 'done' });

    const [lower, higher] = await chainOf(hub.client, idOf('climbs'));
    expect(lower?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    expect(eventsToFirstPark(higher ?? [])).toBeLessThanOrEqual(40);
    keepHistory('journey-taken-over', lower ?? []);
    keepHistory('journey-takes-over', higher ?? []);
  });

  test('holds its mail while a severe ticket is open, tells the account manager, and sends it when that closes', async () => {
    await act(hub, 'hubspot', 'open_ticket', { account: 'ails' });
    await sweep(hub, 'crm');
    await store(82, 'ails');
    await holding('ails');
    expect((await view('ails'))?.held).toMatchObject([{ step: 'mail', reason: 'open_severe_ticket' }]);
    expect(mails(hub, 'ails')).toEqual([]);
    // Nobody else would hear of it before the ticket closes.
    expect(seen(hub, 'chat_message', 'ails')).toHaveLength(1);

    const [ticket] = seen(hub, 'act', 'ails');
    await act(hub, 'hubspot', 'close_ticket', { id: ticket?.id ?? '' });
    await sweep(hub, 'crm');
    await waiting('ails');
    expect(mails(hub, 'ails')).toEqual([SUMMARY]);
    await upgrade('ails');
    expect(await endsOf('ails')).toEqual(['summary: upgraded']);
    expect(seen(hub, 'chat_message', 'ails')).toHaveLength(1);
    expect(seen(hub, 'chat_update', 'ails')).toHaveLength(1);
    const [events = []] = await chainOf(hub.client, idOf('ails'));
    keepHistory('journey-held', events);
  });

  test('goes on after a click: who clicked has the rest of the wait to upgrade', async () => {
    await store(82, 'clicks');
    await waiting('clicks');
    await openUpgrade((await eventually(() => upgradeLink(hub, 'clicks'))) ?? '');
    await eventually(async () => (await view('clicks'))?.outcome === 'engaged');
    await waiting('clicks');
    await upgrade('clicks');
    expect(await endsOf('clicks')).toEqual(['summary: upgraded']);
    expect(mails(hub, 'clicks').filter((subject) => subject.includes('storage'))).toEqual([SUMMARY]);
    const [events = []] = await chainOf(hub.client, idOf('clicks'));
    keepHistory('journey-engaged-upgraded', events);
  });

  test('whose vendor is away for long listens all the same: a higher play takes over before anything has left', async () => {
    await act(hub, 'smtp', 'set_fault', { kind: 'try_later', to: adminOf('unreached'), times: 1_000_000 });
    await store(82, 'unreached');
    await holding('unreached');
    expect((await view('unreached'))?.held).toMatchObject([{ step: 'mail', reason: 'vendor_unavailable' }]);
    await store(96, 'unreached');
    await eventually(() => seen(hub, 'task_created', 'unreached').length > 0);
    const summary = await effectOf('unreached', 'summary');
    expect(summary).toMatchObject({ phase: 'withdrawn', reason: 'the play urgent stands above summary' });
    await holding('unreached');
    expect(mails(hub, 'unreached')).toEqual([]);

    await act(hub, 'smtp', 'clear_faults', {});
    await waiting('unreached');
    await upgrade('unreached');
    expect(await endsOf('unreached')).toEqual(['urgent: upgraded']);
    expect(mails(hub, 'unreached').filter((subject) => subject.includes('storage'))).toEqual([URGENT]);
    expect(await eventsByTrigger('unreached')).toEqual({ usage_80: 'superseded', usage_95: 'done' });
    const [lower = [], higher = []] = await chainOf(hub.client, idOf('unreached'));
    expect(eventsToFirstPark(lower)).toBeLessThanOrEqual(40);
    expect(eventsToFirstPark(higher)).toBeLessThanOrEqual(40);
    keepHistory('journey-vendor-away', lower);
  });
});

// Not beside the others: their mails would wait as well.
test('a journey whose vendor is back goes on at once, not at the end of its hold', async () => {
  const relay = hub.sandbox.frame.running.smtp;
  await relay?.down();
  await store(82, 'returns');
  await holding('returns');
  const [hold] = (await view('returns'))?.held ?? [];
  expect(hold).toMatchObject({ step: 'mail', reason: 'vendor_unavailable' });
  await relay?.up();
  await eventually(() => mails(hub, 'returns').length > 0);
  expect(hub.now() < (hold?.until ?? '')).toBe(true);
  await waiting('returns');
  await upgrade('returns');
  expect(await endsOf('returns')).toEqual(['summary: upgraded']);
  const [events = []] = await chainOf(hub.client, idOf('returns'));
  keepHistory('journey-released', events);
});
