import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkHost, hostGuard } from '../kit/hosts.ts';
import { fakeWriteCall } from '../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../kit/testing/twin-context.ts';
import { manifest } from './manifest.ts';
import { type Connected, call, connect, readAllCustomers, SECRETS } from './testing/set-up.ts';
import {
  CATALOGUE,
  type RunningTwin,
  START,
  seed,
  startTwin,
  worldAccount,
  worldReading,
  worldSubscription,
} from './twin/test-support.ts';

let twin: RunningTwin<FakeTwinContext>;
let connected: Connected;
beforeEach(async () => {
  twin = await startTwin(fakeTwinContext({ now: START, secrets: SECRETS, catalogue: CATALOGUE }), [
    ...seed(),
    worldSubscription('a_1', 'payg', { product: 'api' }),
  ]);
  connected = connect(twin.url);
});
afterEach(() => twin.close());

const seconds = (iso: string) => Date.parse(iso) / 1_000;
const TRIAL_END = '2026-03-16T00:00:00.000Z';

async function situation() {
  const [customer] = await readAllCustomers(connected.billing);
  const core = customer?.subscriptions.find(({ product }) => product === 'core');
  if (!customer || !core) throw new Error('the seed has a core subscription');
  const prices = await connected.billing.readPrices(call());
  const priceId = (plan: string) =>
    prices.find((price) => price.product === 'core' && price.plan === plan)?.priceId ?? '';
  return { customer, core, priceId };
}

async function trialPayload() {
  const { customer, core, priceId } = await situation();
  return connected.billing.startTrial.prepare({
    offerId: 'offer_1',
    account: 'a_1',
    customerId: customer.customerId,
    originalSubscriptionId: core.id,
    priceId: priceId('team'),
    quantity: 10,
    product: 'core',
    plan: 'team',
    trialEnd: seconds(TRIAL_END),
    journeyId: 'journey:a_1:core',
  });
}

describe('reading', () => {
  test('gives the whole picture of a customer, usage-priced products at no recurring revenue', async () => {
    const { customer } = await situation();
    expect(customer).toMatchObject({ account: 'a_1', email: 'a_1@customer.example', trials: [], overdueInvoices: [] });
    expect(customer.subscriptions).toMatchObject([
      {
        product: 'core',
        plan: 'starter',
        status: 'active',
        quantity: 10,
        mrrCents: 29_900,
        currency: 'usd',
        account: 'a_1',
        connection: 'billing',
        periodStart: '2026-02-15T00:00:00.000Z',
        periodEnd: '2026-03-15T00:00:00.000Z',
        pendingChange: false,
      },
      { product: 'api', plan: 'payg', mrrCents: 0 },
    ]);
  });

  test('needs no more calls for 250 customers than pages', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `a_${index + 10}`);
    twin.apply(...many.flatMap((account) => [worldAccount(account), worldSubscription(account, 'team')]));
    const customers = await readAllCustomers(connected.billing);
    expect(customers).toHaveLength(251);
    expect(customers.filter(({ subscriptions }) => subscriptions.some(({ plan }) => plan === 'team'))).toHaveLength(
      250,
    );
    expect(new Set(customers.map(({ customerId }) => customerId)).size).toBe(251);
  });

  test('takes contract limits from the subscription', async () => {
    twin.apply(worldReading('a_1', 14, '2026-03-02T10:00:00Z'));
    expect((await situation()).core.contractLimits).toEqual({ seats: 14 });
  });

  test('counts discounts, and knows an unpaid invoice as overdue', async () => {
    await twin.act('give_discount', { account: 'a_1', product: 'core', percent: 20 });
    await twin.act('mark_overdue', { account: 'a_1' });
    const { customer, core } = await situation();
    expect(core).toMatchObject({ mrrCents: 23_920, status: 'past_due' });
    expect(customer.overdueInvoices).toMatchObject([{ amountCents: 23_920 }]);
    const [{ id = '' } = {}] = customer.overdueInvoices;
    expect(await connected.billing.readInvoice(id, call())).toEqual({
      ...{ id, customerId: customer.customerId, state: 'open' },
      ...{ subscriptionId: core.id, changeIssuedAt: null },
    });
    expect(twin.context.ledger.filter(({ kind }) => kind === 'fact_told')).toMatchObject([
      { account: 'a_1', fact: { rule: 'overdue', state: 'open' } },
    ]);
    await twin.act('pay_overdue', { account: 'a_1' });
    expect((await situation()).customer.overdueInvoices).toEqual([]);
    expect(await connected.billing.readInvoice(id, call())).toMatchObject({
      customerId: customer.customerId,
      state: 'paid',
    });
    expect(await connected.billing.readInvoice('in_gone', call())).toBeNull();
    expect(twin.context.ledger.filter(({ kind }) => kind === 'fact_told')).toMatchObject([
      {},
      { fact: { state: 'closed' } },
    ]);
  });

  test('keeps cancelled subscriptions, without a plan and without revenue', async () => {
    twin.apply(worldSubscription('a_1', null, { receivedAt: '2026-03-05T00:00:00Z' }));
    expect((await situation()).core).toMatchObject({ plan: null, status: 'cancelled', mrrCents: 0 });
  });

  test('reads one customer again, and none where there is none', async () => {
    const { customer } = await situation();
    expect(await connected.billing.readCustomer(customer.customerId, call())).toEqual(customer);
    expect(await connected.billing.readCustomer('cus_gone', call())).toBeNull();
  });

  test('tells a deleted customer from one that is not there', async () => {
    const { customer } = await situation();
    await twin.act('delete_customer', { account: 'a_1' });
    expect(await connected.billing.readCustomer(customer.customerId, call())).toEqual({
      ...{ customerId: customer.customerId, account: null, email: null, deleted: true },
      ...{ subscriptions: [], trials: [], unnamed: [], overdueInvoices: [] },
    });
    expect(await readAllCustomers(connected.billing)).toEqual([]);
  });

  test('names the price of every configured plan', async () => {
    const prices = await connected.billing.readPrices(call());
    expect(
      prices.map(({ product, plan, unitCents, monthlyCents }) => ({ product, plan, unitCents, monthlyCents })),
    ).toEqual([
      { product: 'core', plan: 'starter', unitCents: 29_900, monthlyCents: 29_900 },
      { product: 'core', plan: 'team', unitCents: 99_900, monthlyCents: 99_900 },
      { product: 'core', plan: 'pro', unitCents: 299_900, monthlyCents: 299_900 },
      { product: 'api', plan: 'starter', unitCents: 4_900, monthlyCents: 4_900 },
      { product: 'api', plan: 'payg', unitCents: null, monthlyCents: null },
    ]);
  });

  test('checks the credentials with one cheap call', async () => {
    await connected.check(call());
    const wrong = connect(twin.url, { secrets: { STRIPE_KEY: 'sk_test_wrong' } });
    await expect(wrong.check(call())).rejects.toMatchObject({ code: 'authentication' });
  });
});

test('a permit that comes after the deadline goes back unused', async () => {
  const { budget, taken } = connected.dependencies;
  const { take } = budget;
  budget.take = async (use) => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    return await take(use);
  };
  await expect(connected.check({ ...call(), deadline: performance.now() + 40 })).rejects.toMatchObject({
    code: 'transient',
  });
  await expect.poll(() => taken).toMatchObject([{ operation: 'check', ended: 'unused' }]);
});

describe('a trial', () => {
  test('is a second subscription that ends by itself and never charges', async () => {
    const sending = fakeWriteCall('key-1');
    const result = await connected.billing.startTrial.send(await trialPayload(), sending);
    expect(sending.sent()).toBe(true);
    expect(result).toMatchObject({ endsAt: TRIAL_END });
    const during = await situation();
    expect(during.core).toMatchObject({ plan: 'starter', mrrCents: 29_900 });
    expect(during.customer.subscriptions).toHaveLength(2);
    expect(during.customer.trials).toEqual([
      {
        subscriptionId: (result as { subscriptionId: string }).subscriptionId,
        offerId: 'offer_1',
        product: 'core',
        plan: 'team',
        status: 'trialing',
        endsAt: TRIAL_END,
      },
    ]);
    expect(await connected.billing.entitlements(during.customer.customerId, call())).toContain('core_team');

    await twin.context.advanceTo('2026-03-17T00:00:00.000Z');
    const after = await situation();
    expect(after.customer.trials).toMatchObject([{ status: 'ended' }]);
    expect(await connected.billing.entitlements(after.customer.customerId, call())).not.toContain('core_team');
    const { body } = await twin.request('GET', `/v1/invoices?customer=${after.customer.customerId}&limit=100`);
    expect(body.data.filter((invoice: { amount_paid: number }) => invoice.amount_paid === 99_900)).toEqual([]);
  });

  test('carries final bytes: every attempt sends the same request', async () => {
    const payload = await trialPayload();
    expect(payload).toEqual(await trialPayload());
    expect(payload).toMatchObject({
      cancel_at_period_end: true,
      trial_end: seconds(TRIAL_END),
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
      metadata: { headroom_offer_id: 'offer_1', account_id: 'a_1', headroom_journey_id: 'journey:a_1:core' },
    });
    expect(JSON.stringify(payload)).not.toContain('trial_period_days');
  });

  test('is not made twice, by the same key or after Stripe forgot it', async () => {
    const payload = await trialPayload();
    const { startTrial } = connected.billing;
    expect(await startTrial.find?.(payload, { ...call(), idempotencyKey: 'key-1' })).toEqual({ kind: 'absent' });
    const first = await startTrial.send(payload, fakeWriteCall('key-1'));
    expect(await startTrial.send(payload, fakeWriteCall('key-1'))).toEqual(first);
    const late = fakeWriteCall('another-key');
    expect(await startTrial.send(payload, late)).toEqual(first);
    expect(late.sent()).toBe(false);
    expect(await startTrial.find?.(payload, { ...call(), idempotencyKey: 'key-1' })).toEqual({
      kind: 'found',
      result: first,
    });
    expect(twin.context.ledger.filter(({ kind }) => kind === 'subscription_created')).toMatchObject([
      { key: 'key-1', data: { offerId: 'offer_1', chargesAtTrialEnd: false } },
    ]);
  });

  test('can be ended early, twice over, and after it was canceled at Stripe', async () => {
    const { subscriptionId } = (await connected.billing.startTrial.send(
      await trialPayload(),
      fakeWriteCall('key-1'),
    )) as { subscriptionId: string };
    const { endTrial } = connected.billing;
    const payload = endTrial.prepare({ subscriptionId });
    expect(await endTrial.find?.(payload, { ...call(), idempotencyKey: 'k' })).toEqual({ kind: 'absent' });
    expect(await endTrial.send(payload, fakeWriteCall('end-1'))).toEqual({ subscriptionId });
    expect(await endTrial.send(payload, fakeWriteCall('end-1'))).toEqual({ subscriptionId });
    expect(await endTrial.send({ subscriptionId: 'sub_gone' }, fakeWriteCall('end-2'))).toEqual({
      subscriptionId: 'sub_gone',
    });
    expect((await situation()).customer.trials).toMatchObject([{ status: 'cancelled' }]);
  });

  test('is the only thing that is ever canceled: a paid subscription is left alone', async () => {
    const { core } = await situation();
    const ending = connected.billing.endTrial.send({ subscriptionId: core.id }, fakeWriteCall('end-1'));
    await expect(ending).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await situation()).core.status).toBe('active');
  });
});

describe('a change of plan', () => {
  const PRORATION = seconds('2026-03-02T00:00:00Z');

  test('costs what the preview said', async () => {
    const { customer, core, priceId } = await situation();
    const change = {
      customerId: customer.customerId,
      subscriptionId: core.id,
      itemId: core.itemId,
      priceId: priceId('team'),
      quantity: 10,
      prorationDate: PRORATION,
    };
    const preview = await connected.billing.previewChange(change, call());
    // 13 of 28 days are left: both prices by that share, each rounded.
    expect(preview).toEqual({
      dueNowCents: Math.round((99_900 * 13) / 28) - Math.round((29_900 * 13) / 28),
      currency: 'usd',
      newMonthlyCents: 99_900,
      prorationDate: PRORATION,
    });

    const payload = connected.billing.changePlan.prepare(change);
    expect(await connected.billing.changePlan.find?.(payload, { ...call(), idempotencyKey: 'k' })).toEqual({
      kind: 'absent',
    });
    expect(await connected.billing.changePlan.send(payload, fakeWriteCall('change-1'))).toEqual({
      subscriptionId: core.id,
      status: 'changed',
    });
    expect((await situation()).core).toMatchObject({ plan: 'team', mrrCents: 99_900, quantity: 10 });
    const paid = twin.events().filter(({ type }) => type === 'invoice.paid');
    expect(paid.map(({ data }) => data.object.amount_paid)).toEqual([preview.dueNowCents]);
    expect(await connected.billing.changePlan.find?.(payload, { ...call(), idempotencyKey: 'k' })).toMatchObject({
      kind: 'found',
      result: { status: 'changed' },
    });
    expect(twin.context.emitted).toMatchObject([
      { name: 'billing.plan_changed', event: { account: 'a_1', product: 'core', plan: 'team', cause: 'hub' } },
    ]);
  });

  test('keeps the discount in the price of a month', async () => {
    await twin.act('give_discount', { account: 'a_1', product: 'core', percent: 10 });
    const { customer, core, priceId } = await situation();
    const preview = await connected.billing.previewChange(
      {
        customerId: customer.customerId,
        subscriptionId: core.id,
        itemId: core.itemId,
        priceId: priceId('team'),
        quantity: 10,
        prorationDate: PRORATION,
      },
      call(),
    );
    expect(preview.newMonthlyCents).toBe(89_910);
  });

  test('waits for payment when the card declines, and is no upgrade until then', async () => {
    await twin.act('set_card', { account: 'a_1', card: 'declines' });
    const { core, priceId } = await situation();
    const payload = connected.billing.changePlan.prepare({
      subscriptionId: core.id,
      itemId: core.itemId,
      priceId: priceId('team'),
      quantity: 10,
      prorationDate: PRORATION,
    });
    expect(await connected.billing.changePlan.send(payload, fakeWriteCall('change-1'))).toMatchObject({
      status: 'pending_payment',
    });
    expect(await connected.billing.changePlan.find?.(payload, { ...call(), idempotencyKey: 'k' })).toMatchObject({
      kind: 'found',
      result: { status: 'pending_payment' },
    });
    expect((await situation()).core).toMatchObject({ plan: 'starter', pendingChange: true });
    await twin.act('pay_overdue', { account: 'a_1' });
    expect((await situation()).core).toMatchObject({ plan: 'team', pendingChange: false });
  });

  test('can be confirmed by the customer on a page of Stripe', async () => {
    const { customer, core, priceId } = await situation();
    const url = await connected.billing.upgradeLink(
      {
        customerId: customer.customerId,
        subscriptionId: core.id,
        itemId: core.itemId,
        priceId: priceId('team'),
        quantity: 10,
        returnUrl: 'http://127.0.0.1:1/thanks',
      },
      call(),
    );
    const { pathname } = new URL(url);
    const page = await twin.request('GET', pathname);
    expect(page.body).toContain('Due today: $325.00');
    expect((await situation()).core.plan).toBe('starter');
    const confirmed = await twin.request('POST', `${pathname}/confirm`, '');
    expect([confirmed.status, confirmed.headers.get('location')]).toEqual([303, 'http://127.0.0.1:1/thanks']);
    expect((await situation()).core.plan).toBe('team');
    expect(twin.events().map(({ type }) => type)).toEqual([
      'invoice.paid',
      'customer.subscription.updated',
      'entitlements.active_entitlement_summary.updated',
    ]);
  });
});

test('webhooks of the simulator are believed, and say whom to read again', async () => {
  await twin.act('change_plan', { account: 'a_1', product: 'core', plan: 'pro' });
  const { customer } = await situation();
  const answers = twin.context.deliveries.map(({ headers, body, path }) => {
    expect(path).toBe('/webhooks/billing');
    return connected.receive({
      method: 'POST',
      url: path,
      headers,
      rawBody: Buffer.from(body),
      receivedAt: Date.now(),
    });
  });
  const results = await Promise.all(answers);
  expect(results.length).toBeGreaterThan(1);
  for (const result of results)
    expect(result).toMatchObject({ kind: 'accepted', events: [{ object: customer.customerId, occurredAt: START }] });
});

describe('hosts', () => {
  test('a sandbox connection reaches loopback only', async () => {
    const astray = connect('http://192.0.2.1:4010');
    await expect(astray.check(call())).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('not a loopback address'),
    });
  });

  test('a live connection reaches api.stripe.com only', () => {
    const guard = hostGuard(manifest, connect(twin.url, { mode: 'live' }).dependencies.connection);
    expect(() => checkHost(guard, 'api.stripe.com')).not.toThrow();
    for (const host of ['127.0.0.1', 'localhost', 'stripe.com', 'api.stripe.com.example']) {
      expect(() => checkHost(guard, host)).toThrow('refused to connect');
    }
  });
});
