import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EffectView, inTransaction, listEffects, markUnclear } from '../../store/index.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, keepHistory } from '../support/histories.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, getToKnow, startUpkeep, use } from '../support/moves.ts';
import { mails, seen } from '../support/seen.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ accounts: { doubts: { core: 'starter' } } });
  await getToKnow(hub, { account: 'doubts', product: 'core', metric: 'storage_gb', used: 20 });
});
afterAll(() => hub?.stop());

/** The first one of its kind. */
const effectOf = async (operation: string) => {
  const effects = await inTransaction(hub.store, (tx) => listEffects(tx, { account: 'doubts' }));
  return effects.findLast((effect) => effect.operation === operation);
};
const sending = (operation: string) =>
  eventually(async () => {
    const effect = await effectOf(operation);
    return effect?.phase === 'sending' && effect;
  });

test('upkeep settles a doubt that the vendor can be asked about, and leaves a mail to a person', async () => {
  hub.sandbox.frame.faults.add({
    vendor: 'hubspot',
    kind: 'accept_then_reset',
    match: { method: 'POST', path: '/tasks' },
    times: 1,
  });
  await act(hub, 'smtp', 'set_fault', { kind: 'accept_then_reset' });
  await use(hub, 'doubts', 'core', 'storage_gb', 48);
  const [task, mail] = await Promise.all([sending('crm.createTask'), sending('message.send')]);
  await Promise.all([doubt(task), doubt(mail)]);
  const over = (task.wireDeadlineAt ?? 0) + task.settleMs;
  await eventually(() => Date.now() > over);

  const run = await startUpkeep(hub);
  expect(await run.result()).toMatchObject({ settled: 1, unclear: 1 });
  expect(await effectOf('crm.createTask')).toMatchObject({ phase: 'confirmed' });
  expect(await effectOf('message.send')).toMatchObject({ phase: 'unclear' });
  expect(seen(hub, 'task_created', 'doubts')).toHaveLength(1);
  expect(mails(hub, 'doubts')).toHaveLength(1);
  const events = await eventsOf(hub.client, run.workflowId);
  expect(events.length).toBeLessThanOrEqual(15);
  keepHistory('upkeep', events);
});

/** What a journey writes down when nobody can say whether it arrived. */
async function doubt({ key }: EffectView): Promise<void> {
  await inTransaction(hub.store, (tx) =>
    markUnclear(tx, key, { now: hub.now(), wireNow: Date.now(), reason: 'the connection broke' }),
  );
}
