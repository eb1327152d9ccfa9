import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeWriteCall } from '../../connectors/kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../connectors/kit/testing/twin-context.ts';
import { type Connected, call, connect, readAllCustomers, SECRETS } from '../../connectors/stripe/testing/set-up.ts';
import { CATALOGUE, type RunningTwin, START, seed, startTwin } from '../../connectors/stripe/twin/test-support.ts';
import { findStripeMock } from '../../scripts/bootstrap/stripe-mock.mjs';
import { type Judge, stripeJudge } from '../../scripts/judges/stripe/judge.ts';
import { type Passing, startPassing } from './passing.ts';

let judge: Judge;
let twin: RunningTwin<FakeTwinContext>;
let passing: Passing;
let connected: Connected;
beforeAll(async () => {
  judge = stripeJudge(await findStripeMock(process.env));
  twin = await startTwin(fakeTwinContext({ now: START, secrets: SECRETS, catalogue: CATALOGUE }), seed());
  passing = await startPassing(Number(new URL(twin.url).port));
  connected = connect(passing.url);
});
afterAll(async () => {
  passing?.close();
  await twin?.close();
});

const seconds = (iso: string) => Date.parse(iso) / 1_000;

/** A customer looks, tries the next plan, and takes it: every operation, one after the other. */
async function everyOperation({ billing, check }: Connected): Promise<void> {
  await check(call());
  const [customer] = await readAllCustomers(billing);
  const [subscription] = customer?.subscriptions ?? [];
  const team = (await billing.readPrices(call())).find(({ plan }) => plan === 'team');
  if (!customer || !subscription || !team)
    throw new Error('the seed has a subscription, and the catalogue a team plan');
  const { customerId } = customer;
  const change = {
    customerId,
    subscriptionId: subscription.id,
    itemId: subscription.itemId,
    priceId: team.priceId,
    quantity: 10,
  };
  const trial = {
    offerId: 'of_1',
    account: 'a_1',
    customerId,
    originalSubscriptionId: subscription.id,
    priceId: team.priceId,
    quantity: 10,
    product: 'core',
    plan: 'team',
    trialEnd: seconds('2026-03-16T00:00:00.000Z'),
    journeyId: null,
  };
  const { startTrial, endTrial, changePlan } = billing;
  const started = await startTrial.send(startTrial.prepare(trial), fakeWriteCall('k1'));
  await billing.entitlements(customerId, call());
  const dated = { ...change, prorationDate: seconds(START) };
  await billing.previewChange(dated, call());
  await billing.upgradeLink({ ...change, returnUrl: 'https://hub.example/thanks' }, call());
  await changePlan.send(changePlan.prepare(dated), fakeWriteCall('k2'));
  await endTrial.send(endTrial.prepare(started), fakeWriteCall('k3'));
  await endTrial.find?.(endTrial.prepare(started), fakeWriteCall('k3'));
  await billing.readCustomer(customerId, call());
  await billing.readCustomer('cus_gone', call());
  await billing.readInvoice('in_gone', call());
}

describe("Stripe's simulator, judged by Stripe's specification", () => {
  test('answers every operation as Stripe does', async () => {
    await everyOperation(connected);
    await fetch(`${passing.url}/v1/invoices?limit=100`, { headers: { authorization: `Bearer ${SECRETS.STRIPE_KEY}` } });
    const passed = passing.passed();
    const problems = passed.flatMap((one) =>
      judge.problemsOfAnswer(one, one.status, JSON.parse(one.answer)).map((problem) => ({ ...problem, url: one.url })),
    );
    expect(problems).toEqual([]);
    expect(new Set(passed.map(({ status }) => status))).toEqual(new Set([200, 404]));
  });

  test('tells of it in events as Stripe does', () => {
    const events = twin.events();
    expect(new Set(events.map(({ type }) => type))).toContain('customer.subscription.updated');
    expect(events.flatMap((event) => judge.problemsOfEvent(event))).toEqual([]);
  });

  test('signs them so that Stripe’s own package accepts them', () => {
    const secret = SECRETS.STRIPE_WEBHOOK_SECRET;
    const ids = twin.context.deliveries.map(
      ({ body, headers }) => Stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret).id,
    );
    expect(ids).toEqual(twin.events().map(({ id }) => id));
    const [first] = twin.context.deliveries;
    const forged = () =>
      Stripe.webhooks.constructEvent(`${first?.body} `, first?.headers['stripe-signature'] ?? '', secret);
    expect(forged).toThrow(/signature/);
  });

  test('needs each exception that is listed', () => {
    expect(judge.unused('answer')).toEqual([]);
  });
});
