import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startFrame } from './frame/frame.ts';
import { clockFromNow, EPOCH, fakeHub, temporaryFile } from './testing/support.ts';
import { twins } from './twins.ts';

const account = {
  ...{
    type: 'account',
    receivedAt: EPOCH,
    account: 'a_1',
    name: 'Acme',
    segment: 'smb',
    employees: 40,
    timezone: 'UTC',
  },
  ...{ region: 'us', arrCents: 100_000, renewalDate: '2026-12-01' },
  admin: { id: 'u_1', email: 'ada@acme.example', role: 'admin' },
  owner: { id: 'am_1', email: 'am_1@vendor.example' },
};

test('no vendor tells the hub of what was before it came: only of what changes from then on', async () => {
  const hub = await fakeHub(() => ({ status: 200 }));
  const frame = await startFrame({ twins, clock: clockFromNow(1), seed: 's', hubUrl: hub.url });
  onTestFinished(() => frame.stop());
  const period = { periodStart: EPOCH, periodEnd: '2026-04-02T00:00:00.000Z' };
  const subscription = { type: 'subscription', receivedAt: EPOCH, account: 'a_1', product: 'core', plan: 'team' };
  // A contract's own limit: the company has written it onto the subscription.
  const reading = { type: 'reading', receivedAt: EPOCH, observedAt: EPOCH, id: 'r_1', account: 'a_1', product: 'core' };
  const usage = await temporaryFile('usage.ndjson', [
    account,
    { ...subscription, mrrCents: 70_000, ...period },
    { ...reading, metric: 'seats', used: 1, limit: 777, ...period },
  ]);

  await frame.play(usage);
  await sleep(20);
  expect(hub.calls.map(({ body }) => body)).toEqual([]);
  await frame.actOn('hubspot', 'open_ticket', { account: 'a_1' });
  await frame.actOn('stripe', 'cut_back', { account: 'a_1', product: 'core' });
  const doors = () => [...new Set(hub.calls.map(({ url }) => url))].sort();
  await expect.poll(doors).toEqual(['/webhooks/billing', '/webhooks/crm']);
});
