import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { SECRETS } from '../testing/set-up.ts';
import {
  CATALOGUE,
  type Reply,
  type RunningTwin,
  START,
  startTwin,
  worldAccount,
  worldReading,
  worldSubscription,
} from './test-support.ts';

let twin: RunningTwin<FakeTwinContext>;
beforeEach(async () => {
  twin = await startTwin(fakeTwinContext({ now: START, secrets: SECRETS, catalogue: CATALOGUE }));
});
afterEach(() => twin.close());

const first = async (path: string): Promise<Reply> => (await twin.request('GET', path)).body.data[0];
const types = () => twin.events().map(({ type }) => type);
const planOf = async () => (await first('/v1/subscriptions?status=all')).items.data[0].price.lookup_key;
const kinds = () => twin.context.ledger.map(({ kind }) => kind);
const later = (days: number) => new Date(Date.parse(START) + days * 86_400_000).toISOString();

/** A trial as somebody else's hub might make it. */
async function trial(form: string) {
  const { id: customer } = await first('/v1/customers');
  const { id: price } = await first('/v1/prices?lookup_keys[]=core_team_monthly');
  const end = Date.parse(later(14)) / 1_000;
  const reply = await twin.request(
    'POST',
    '/v1/subscriptions',
    `customer=${customer}&items[0][price]=${price}&trial_end=${end}&metadata[headroom_offer_id]=o1&${form}`,
  );
  expect(reply.status).toBe(200);
  return { customer, id: reply.body.id };
}
const charged = async (customer: string) => {
  const { body } = await twin.request('GET', `/v1/invoices?customer=${customer}&limit=100`);
  return body.data.reduce((sum: number, invoice: { amount_paid: number }) => sum + invoice.amount_paid, 0);
};

describe('the world', () => {
  test('is there at the start without a webhook', async () => {
    expect(await planOf()).toBe('core_starter_monthly');
    expect(twin.context.deliveries).toEqual([]);
    expect(twin.context.ledger.filter(({ kind }) => kind === 'subscription_created')).toEqual([]);
  });

  test('changes plans, and says so', async () => {
    twin.apply(worldSubscription('a_1', 'team', { receivedAt: later(3) }));
    expect(await planOf()).toBe('core_team_monthly');
    expect(types()).toEqual([
      'invoice.paid',
      'customer.subscription.updated',
      'entitlements.active_entitlement_summary.updated',
    ]);
    expect(twin.context.emitted).toMatchObject([
      { name: 'billing.plan_changed', event: { account: 'a_1', product: 'core', plan: 'team', cause: 'world' } },
    ]);
  });

  test('renews: a new period, paid', async () => {
    twin.apply(
      worldSubscription('a_1', 'starter', {
        receivedAt: later(13),
        periodStart: '2026-03-15T00:00:00Z',
        periodEnd: '2026-04-15T00:00:00Z',
      }),
    );
    expect((await first('/v1/subscriptions')).items.data[0]).toMatchObject({
      current_period_start: Date.parse('2026-03-15') / 1_000,
      current_period_end: Date.parse('2026-04-15') / 1_000,
    });
    expect(await first('/v1/invoices')).toMatchObject({
      billing_reason: 'subscription_cycle',
      amount_paid: 29_900,
      status: 'paid',
    });
    expect(twin.context.emitted).toEqual([]);
  });

  test('cancels and comes back', async () => {
    twin.apply(worldSubscription('a_1', null, { receivedAt: later(3) }));
    expect(types()).toContain('customer.subscription.deleted');
    expect(kinds()).not.toContain('subscription_ended');
    twin.apply(worldSubscription('a_1', 'team', { receivedAt: later(9) }));
    expect((await twin.request('GET', '/v1/subscriptions')).body.data).toHaveLength(1);
    expect(types()).toContain('customer.subscription.created');
  });

  test('has a customer deleted: its subscriptions end at once, it is listed no more and only told to be gone', async () => {
    const { id } = await first('/v1/customers');
    await trial('cancel_at_period_end=true');
    expect((await twin.request('DELETE', `/v1/customers/${id}`)).body).toEqual({
      id,
      object: 'customer',
      deleted: true,
    });
    expect((await twin.request('GET', `/v1/customers/${id}`)).body).toEqual({ id, object: 'customer', deleted: true });
    expect((await twin.request('GET', '/v1/customers')).body.data).toEqual([]);
    const subscriptions = (await twin.request('GET', '/v1/subscriptions?status=all')).body.data;
    expect(subscriptions.map((one: Reply) => one.status)).toEqual(['canceled', 'canceled']);
    expect(types().filter((type) => type.endsWith('.deleted'))).toEqual([
      'customer.subscription.deleted',
      'customer.subscription.deleted',
      'customer.deleted',
    ]);
    expect((await twin.request('DELETE', `/v1/customers/${id}`)).status).toBe(404);
    twin.apply(
      worldAccount('a_1', { receivedAt: later(2) }),
      worldSubscription('a_1', 'team', { receivedAt: later(2) }),
    );
    expect((await twin.request('GET', '/v1/subscriptions')).body.data).toEqual([]);
  });

  test('brings new admins, whose address is the customer’s', async () => {
    twin.apply(
      worldAccount('a_1', { receivedAt: later(2), admin: { id: 'u_2', email: 'new@customer.example', role: 'admin' } }),
    );
    expect((await first('/v1/customers')).email).toBe('new@customer.example');
    expect(types()).toEqual(['customer.updated']);
  });

  test('has contracts: a limit that is not the plan’s is written onto the subscription, until the plan changes', async () => {
    twin.apply(worldReading('a_1', 10, later(0.5)));
    expect((await first('/v1/subscriptions')).metadata).toEqual({});
    twin.apply(worldReading('a_1', 14, later(1)), worldReading('a_1', 14, later(2)));
    expect((await first('/v1/subscriptions')).metadata).toEqual({ limit_seats: '14' });
    expect(types()).toEqual(['customer.subscription.updated']);
    await twin.context.advanceTo(later(3));
    twin.apply(worldSubscription('a_1', 'team', { receivedAt: later(3) }));
    // The meter still shows the old limit for some hours, and old readings come in late.
    twin.apply(worldReading('a_1', 14, later(3.2)), worldReading('a_1', 14, later(2.5), { receivedAt: later(8) }));
    expect((await first('/v1/subscriptions')).metadata).toEqual({});
  });
});

describe('a trial', () => {
  const SAFE = 'cancel_at_period_end=true&trial_settings[end_behavior][missing_payment_method]=cancel';

  test('ends without a charge when it is set to cancel, with a notice three days before', async () => {
    const { customer, id } = await trial(SAFE);
    const before = await charged(customer);
    await twin.context.advanceTo(later(10.9));
    expect(types()).not.toContain('customer.subscription.trial_will_end');
    await twin.context.advanceTo(later(11));
    expect(types()).toContain('customer.subscription.trial_will_end');
    await twin.context.advanceTo(later(20));
    expect((await twin.request('GET', `/v1/subscriptions/${id}`)).body).toMatchObject({
      status: 'canceled',
      ended_at: Date.parse(later(14)) / 1_000,
    });
    expect(await charged(customer)).toBe(before);
    expect(types().at(-2)).toBe('customer.subscription.deleted');
    expect(kinds().filter((kind) => kind.startsWith('subscription_'))).toEqual([
      'subscription_created',
      'subscription_ended',
    ]);
  });

  test('charges a customer with a card when only a missing card would cancel it', async () => {
    const { customer, id } = await trial('trial_settings[end_behavior][missing_payment_method]=cancel');
    const before = await charged(customer);
    await twin.context.advanceTo(later(15));
    expect((await twin.request('GET', `/v1/subscriptions/${id}`)).body.status).toBe('active');
    expect(await charged(customer)).toBe(before + 99_900);
    expect(twin.context.ledger.at(-1)).toMatchObject({
      kind: 'subscription_changed',
      data: { charged_at_trial_end_cents: 99_900, offerId: 'o1' },
    });
  });

  test('of a customer without a card ends as its setting says', async () => {
    await twin.act('set_card', { account: 'a_1', card: 'none' });
    const { id } = await trial('trial_settings[end_behavior][missing_payment_method]=pause');
    await twin.context.advanceTo(later(15));
    expect((await twin.request('GET', `/v1/subscriptions/${id}`)).body.status).toBe('paused');
  });

  test('grants the higher plan’s features beside the paid ones, and changes no paid plan', async () => {
    const { customer } = await trial(SAFE);
    const keys = async () =>
      (await twin.request('GET', `/v1/entitlements/active_entitlements?customer=${customer}`)).body.data.map(
        (e: Reply) => e.lookup_key,
      );
    expect(await keys()).toEqual(expect.arrayContaining(['core_starter', 'core_team']));
    expect(twin.context.emitted).toEqual([]);
    await twin.context.advanceTo(later(15));
    expect(await keys()).toEqual(['core_starter']);
    expect(twin.context.emitted).toEqual([]);
  });

  test('cannot begin in the past', async () => {
    const { id: customer } = await first('/v1/customers');
    const { id: price } = await first('/v1/prices');
    const reply = await twin.request(
      'POST',
      '/v1/subscriptions',
      `customer=${customer}&items[0][price]=${price}&trial_end=1500000000`,
    );
    expect([reply.status, reply.body.error.param]).toEqual([400, 'trial_end']);
  });
});

describe('people', () => {
  test('change plans by themselves, and cut back', async () => {
    await twin.act('change_plan', { account: 'a_1', product: 'core', plan: 'pro' });
    await twin.act('cut_back', { account: 'a_1', product: 'core' });
    expect(await planOf()).toBe('core_team_monthly');
    expect(twin.context.emitted.map(({ event }) => event)).toMatchObject([
      { plan: 'pro', cause: 'customer' },
      { plan: 'team', cause: 'customer' },
    ]);
    // What was paid for pro and not used is the customer's balance.
    expect((await first('/v1/customers')).balance).toBeLessThan(0);
    await twin.act('change_plan', { account: 'a_1', product: 'core', plan: 'starter' });
    await twin.act('cut_back', { account: 'a_1', product: 'core' });
    expect(twin.context.emitted.at(-1)?.event).toMatchObject({ plan: null });
  });

  test('confirm on the billing page once, and only while its link holds', async () => {
    const subscription = await first('/v1/subscriptions');
    const { id: price } = await first('/v1/prices?lookup_keys[]=core_team_monthly');
    const flow = 'flow_data[type]=subscription_update_confirm&flow_data[subscription_update_confirm]';
    const { body } = await twin.request(
      'POST',
      '/v1/billing_portal/sessions',
      `customer=${subscription.customer}&${flow}[subscription]=${subscription.id}&${flow.split('&')[1]}[items][0][id]=${subscription.items.data[0].id}&${flow.split('&')[1]}[items][0][price]=${price}&${flow.split('&')[1]}[items][0][quantity]=10`,
    );
    await twin.act('confirm_portal', { url: body.url });
    await twin.act('confirm_portal', { url: body.url });
    expect(await planOf()).toBe('core_team_monthly');
    expect(types().filter((type) => type === 'invoice.paid')).toHaveLength(1);
    await expect(twin.act('confirm_portal', { url: body.url.replace(body.id, 'bps_other') })).rejects.toThrow(
      'expired',
    );
  });

  test('who do not pay are past due until they do', async () => {
    await twin.act('mark_overdue', { account: 'a_1' });
    expect((await first('/v1/subscriptions')).status).toBe('past_due');
    expect((await twin.request('GET', '/v1/invoices?status=open')).body.data).toHaveLength(1);
    await twin.act('pay_overdue', { account: 'a_1' });
    expect((await first('/v1/subscriptions')).status).toBe('active');
    expect(types()).toEqual([
      'invoice.payment_failed',
      'customer.subscription.updated',
      'invoice.paid',
      'customer.subscription.updated',
    ]);
  });
});

test('a pending change expires after 23 hours', async () => {
  await twin.act('set_card', { account: 'a_1', card: 'declines' });
  const subscription = await first('/v1/subscriptions');
  const { id: price } = await first('/v1/prices?lookup_keys[]=core_team_monthly');
  const change = `items[0][id]=${subscription.items.data[0].id}&items[0][price]=${price}&proration_behavior=always_invoice&payment_behavior=pending_if_incomplete`;
  expect(
    (await twin.request('POST', `/v1/subscriptions/${subscription.id}`, change)).body.pending_update,
  ).toMatchObject({ subscription_items: [{ price: { id: price } }] });
  await twin.context.advanceTo(later(1));
  expect((await first('/v1/subscriptions')).pending_update).toBeNull();
  expect(await planOf()).toBe('core_starter_monthly');
  expect(types()).toContain('customer.subscription.pending_update_expired');
});
