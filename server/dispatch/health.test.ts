/** A connection in trouble is seen, told and forgotten again, on a whole hub with simulated vendors. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { checkAnswer, statusAnswer } from '../../cli/answers.ts';
import { inTransaction, listPauses } from '../../store/index.ts';
import { eventually } from '../../test/support/eventually.ts';
import { startTestHub, type TestHub } from '../../test/support/hub.ts';
import { getToKnow, startSweep, startUpkeep } from '../../test/support/moves.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({
    accounts: { quiet: { core: 'starter' } },
    config: (config) => {
      const { crm } = config.connections;
      if (crm) crm.expires = { token: soon(2) };
    },
  });
  await getToKnow(hub);
});
afterAll(() => hub?.stop());

/** Credentials end by the wire clock. */
const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const told = () =>
  hub.sandbox.frame.ledger.entries
    .filter((entry) => entry.kind === 'chat_message')
    .map(({ summary }) => summary)
    .filter((summary) => summary.includes('crm'));

async function ask<T>(route: string, answer: z.ZodType<T>): Promise<T> {
  const response = await fetch(`${hub.url}/api/v1${route}`, { headers: { authorization: `Bearer ${hub.token}` } });
  return answer.parse(await response.json());
}
const crm = async () => (await ask('/status', statusAnswer)).connections.find(({ name }) => name === 'crm')?.health;

test('refused credentials pause a connection, its owner is told once, and once more when they work again', async () => {
  // Ends in two days: warned of by the three days that were passed, and only by those.
  await eventually(async () => (await crm())?.reason === 'credentials_expiring');
  await eventually(() => told().some((summary) => summary.includes(`ends on ${soon(2)}`)));

  hub.sandbox.frame.faults.add({ vendor: 'hubspot', kind: 'expired_token', times: 3 });
  await (await startSweep(hub, 'crm')).result().catch(() => undefined);
  const paused = await eventually(async () => {
    const health = await crm();
    return health?.state === 'paused' && health;
  });
  expect(paused).toMatchObject({ reason: 'credentials_refused', whatToDo: expect.stringContaining('working key') });
  await eventually(() => told().some((summary) => summary.includes('crm is paused')));

  await eventually(async () => {
    await (await startUpkeep(hub)).result();
    return (await inTransaction(hub.store, listPauses)).length === 0;
  });
  await eventually(async () => (await crm())?.reason === 'credentials_expiring');
  const history = z.object({ items: z.array(z.looseObject({ state: z.string(), reason: z.string().nullable() })) });
  const { items } = await ask('/connections/crm/history', history);
  expect(items.map(({ reason }) => reason)).toEqual([
    'credentials_expiring',
    null,
    'credentials_refused',
    'credentials_expiring',
  ]);
  expect(told().filter((summary) => summary.includes('crm is paused'))).toHaveLength(1);
  expect(told().filter((summary) => summary.includes('ends on'))).toHaveLength(1);
});

test('a sweep that is given up is told in the status with its reason, until one ends well', async () => {
  hub.sandbox.frame.faults.add({ vendor: 'hubspot', kind: 'server_error', times: 3 });
  await (await startSweep(hub, 'crm')).result().catch(() => undefined);
  const failed = await eventually(async () => {
    const health = await crm();
    return health?.reason === 'sweep_failed' && health;
  });
  expect(failed).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('its last sweep failed: hubspot'),
  });
  expect(failed.whatToDo).toContain('read again at its next time');
  expect(await (await startSweep(hub, 'crm')).result()).toMatchObject({ kind: 'swept' });
  await eventually(async () => (await crm())?.reason === 'credentials_expiring');
});

test('whoever has renewed a key has it tried at once', async () => {
  hub.sandbox.frame.faults.add({ vendor: 'hubspot', kind: 'expired_token', times: 2 });
  await (await startSweep(hub, 'crm')).result().catch(() => undefined);
  expect(await inTransaction(hub.store, listPauses)).toMatchObject([{ name: 'crm' }]);
  const check = async () => {
    const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' };
    const response = await fetch(`${hub.url}/api/v1/connections/crm/check`, { method: 'POST', headers, body: '{}' });
    return checkAnswer.parse(await response.json());
  };
  const checked = await eventually(async () => {
    const answer = await check();
    return answer.works && answer;
  });
  expect(checked).toEqual({ name: 'crm', works: true, problem: null, lifted: true });
  expect(await inTransaction(hub.store, listPauses)).toEqual([]);
});
