import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { effectRepairs } from '../../cli/answers.ts';
import { errandWorkflowId } from '../../domain/workflow-ids.ts';
import { type EffectView, findTouch, inTransaction, listEffects, markUnclear, refuse } from '../../store/index.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, keepHistory } from '../support/histories.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, getToKnow, startUpkeep, use } from '../support/moves.ts';
import { mails, seen } from '../support/seen.ts';

const ACCOUNTS = ['lost', 'broken', 'gone', 'mended'];
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ accounts: Object.fromEntries(ACCOUNTS.map((account) => [account, { core: 'starter' }])) });
  await getToKnow(hub, ...ACCOUNTS.map((account) => ({ account, product: 'core', metric: 'storage_gb', used: 20 })));
});
afterAll(() => hub?.stop());

const of = async (account: string, operation: string) => {
  const effects = await inTransaction(hub.store, (tx) => listEffects(tx, { account }));
  return effects.findLast((effect) => effect.operation === operation);
};
const inPhase = (account: string, operation: string, phase: EffectView['phase']) =>
  eventually(async () => {
    const effect = await of(account, operation);
    return effect?.phase === phase && effect;
  });
const over = (effect: EffectView) => eventually(() => Date.now() > (effect.wireDeadlineAt ?? 0) + effect.settleMs);
const stamp = () => ({ now: hub.now(), wireNow: Date.now() });
/** What a journey writes down when nobody can say whether it arrived. */
const doubt = ({ key }: EffectView) =>
  inTransaction(hub.store, (tx) => markUnclear(tx, key, { ...stamp(), reason: 'the connection broke' }));

async function repair(body: object): Promise<z.infer<typeof effectRepairs>> {
  const response = await fetch(`${hub.url}/api/v1/effects/repair`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'retry', note: 'looked', ...body }),
  });
  return effectRepairs.parse(await response.json());
}

/** The next task is not made: HubSpot answers 503. */
const taskFails = () =>
  hub.sandbox.frame.faults.add({
    vendor: 'hubspot',
    kind: 'server_error',
    match: { method: 'POST', path: '/tasks' },
    times: 1,
  });

describe('an effect taken up again', () => {
  test('upkeep sends what the vendor says never arrived, once', async () => {
    taskFails();
    await use(hub, 'lost', 'core', 'storage_gb', 48);
    const task = await inPhase('lost', 'crm.createTask', 'sending');
    await doubt(task);
    await over(task);
    expect(await (await startUpkeep(hub)).result()).toMatchObject({ again: 1 });
    const sent = await inPhase('lost', 'crm.createTask', 'confirmed');
    expect(seen(hub, 'task_created', 'lost')).toHaveLength(1);
    expect(sent.attempts.map(({ kind }) => kind)).toEqual(['send', 'look', 'send']);
    const errand = errandWorkflowId(`effect:${task.idempotencyKey}:2`);
    await hub.client.workflow.getHandle(errand).result();
    keepHistory('errand', await eventsOf(hub.client, errand));
  });

  test('a mail in doubt is sent again only when a person says that it did not arrive', async () => {
    await act(hub, 'smtp', 'set_fault', { kind: 'accept_then_reset' });
    await use(hub, 'broken', 'core', 'storage_gb', 48);
    const mail = await inPhase('broken', 'message.send', 'sending');
    await doubt(mail);
    expect((await repair({ keys: [mail.key], didNotArrive: true, dryRun: false })).items).toMatchObject([
      { does: 'no' },
    ]);
    await over(mail);
    const { key } = mail;
    expect((await repair({ keys: [key], dryRun: false })).items).toMatchObject([{ does: 'no' }]);
    expect((await repair({ keys: [key], didNotArrive: true })).items).toMatchObject([{ does: 'resend' }]);
    expect((await of('broken', 'message.send'))?.phase).toBe('unclear');
    expect(mails(hub, 'broken')).toHaveLength(1);

    await repair({ keys: [key], didNotArrive: true, dryRun: false });
    const sent = await inPhase('broken', 'message.send', 'confirmed');
    expect(sent.key).toBe(key);
    expect(mails(hub, 'broken')).toHaveLength(2);
    expect((await repair({ keys: [key], didNotArrive: true, dryRun: false })).items).toMatchObject([{ does: 'no' }]);
  });

  test('a refused mail to a mailbox that bounced stays unsent, whoever asks', async () => {
    await act(hub, 'smtp', 'set_fault', { kind: 'refuse_recipient' });
    await use(hub, 'gone', 'core', 'storage_gb', 48);
    const { key } = await inPhase('gone', 'message.send', 'refused');
    expect((await repair({ filter: { account: 'gone' }, dryRun: false })).items).toMatchObject([{ does: 'resend' }]);
    expect(await inPhase('gone', 'message.send', 'withdrawn')).toMatchObject({ reason: 'hard_bounced' });
    expect(await inTransaction(hub.store, (tx) => findTouch(tx, key))).toMatchObject({ state: 'released' });
    expect(mails(hub, 'gone')).toEqual([]);
  });

  test('what the vendor refused goes out once its cause is mended', async () => {
    taskFails();
    await use(hub, 'mended', 'core', 'storage_gb', 48);
    const { key } = await inPhase('mended', 'crm.createTask', 'sending');
    await inTransaction(hub.store, (tx) => refuse(tx, key, { ...stamp(), reason: 'the property is not there' }));
    expect((await repair({ filter: { account: 'mended' } })).items).toMatchObject([{ does: 'resend' }]);
    expect(await of('mended', 'crm.createTask')).toMatchObject({ phase: 'refused' });
    await repair({ filter: { account: 'mended' }, dryRun: false });
    await inPhase('mended', 'crm.createTask', 'confirmed');
    expect(seen(hub, 'task_created', 'mended')).toHaveLength(1);
  });
});
