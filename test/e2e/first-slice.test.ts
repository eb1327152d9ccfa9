import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { type HubProcess, startHubAsProcess } from '../support/hub-process.ts';
import { act, follow, measure, openUpgrade } from '../support/moves.ts';
import { mails, seen, upgradeLink } from '../support/seen.ts';

let hub: HubProcess | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

const account = z.object({ subscriptions: z.array(z.unknown()), meters: z.array(z.unknown()) });
const effects = z.object({ items: z.array(z.object({ operation: z.string(), phase: z.string() })) });
const report = z.object({
  upgrades: z.number(),
  expansionAcvCents: z.number(),
  attribution: z.object({
    credits: z.array(z.object({ account: z.string(), trigger: z.string(), acvCents: z.number() })),
    unattributed: z.array(z.unknown()),
  }),
});
/** From Starter (299.00 a month) to Team (999.00). */
const ACV_CENTS = 12 * (99_900 - 29_900);

const about = (used: number) => ({ account: 'acme', product: 'core', metric: 'storage_gb', used });
const summaries = ({ sandbox }: HubProcess) => mails({ sandbox }, 'acme').filter((subject) => /storage/.test(subject));

/** Until the hub has its customer and the customer's ordinary use: what comes after that is news. */
async function getToKnow(running: HubProcess): Promise<void> {
  const known = () => running.ask('/api/v1/accounts/acme', account);
  await eventually(async () => (await known()).subscriptions.length > 0);
  measure(running, about(20));
  await eventually(async () => (await known()).meters.length > 0);
}

/** Until the summary has arrived and the hub has written that down. */
async function mailed(running: HubProcess): Promise<string> {
  const link = await eventually(() => upgradeLink(running, 'acme'));
  await eventually(async () => {
    const { items } = await running.ask('/api/v1/effects?account=acme', effects);
    return items.some(({ operation, phase }) => operation === 'message.send' && phase === 'confirmed');
  });
  return link;
}

async function expectOneOfEach(running: HubProcess): Promise<void> {
  const told = await eventually(async () => {
    const answer = await running.ask('/api/v1/report', report);
    return answer.upgrades > 0 && answer;
  });
  expect(told.attribution).toEqual({
    credits: [{ account: 'acme', trigger: 'usage_80', acvCents: ACV_CENTS }],
    unattributed: [],
  });
  expect([told.upgrades, told.expansionAcvCents]).toEqual([1, ACV_CENTS]);
  expect(summaries(running)).toEqual([expect.stringMatching(/^You have used 82% of your storage/)]);
  expect(seen(running, 'subscription_changed', 'acme')).toHaveLength(1);
}

test('a file with readings leads to a mail at 80 %, an upgrade at Stripe, and credit for the trigger', async () => {
  hub = await startHubAsProcess({ acme: { core: 'starter' } });
  await getToKnow(hub);
  measure(hub, about(41));
  const page = await follow(await mailed(hub));
  expect(page.status).toBe(200);
  await expectOneOfEach(hub);
});

// Three starts of a whole hub.
test('and to one of each when the hub is killed with -9 on the way', { timeout: 240_000 }, async () => {
  hub = await startHubAsProcess({ acme: { core: 'starter' } });
  await getToKnow(hub);
  measure(hub, about(41));
  const link = await mailed(hub);
  await hub.kill();

  await hub.start();
  const billingPage = await openUpgrade(link);
  await hub.kill();
  // Nobody is there to be told of the upgrade.
  await act(hub, 'stripe', 'confirm_portal', { url: billingPage });
  await hub.start();
  await expectOneOfEach(hub);
});
