import { expect, test } from 'vitest';
import customerFixture from './fixtures/customer.json' with { type: 'json' };
import invoiceFixture from './fixtures/invoice.json' with { type: 'json' };
import priceFixture from './fixtures/price.json' with { type: 'json' };
import subscriptionFixture from './fixtures/subscription.json' with { type: 'json' };
import { invoiceState, pictureOf } from './picture.ts';
import { priceBook } from './price-book.ts';
import { customer, invoice, price, subscription } from './schemas.ts';

const NOW = 1_772_409_600;
const priceOf = (id: string, product: string, more: object = {}) =>
  price.parse({
    ...priceFixture,
    id,
    product,
    unit_amount: 1_000,
    unit_amount_decimal: '1000',
    transform_quantity: null,
    ...more,
  });
const pro = priceOf('price_pro', 'prod_pro', { lookup_key: 'pro_monthly' });
const api = priceOf('price_api', 'prod_api', { lookup_key: 'api_monthly' });
const book = priceBook(
  new Map([
    ['pro_monthly', { product: 'core', plan: 'pro' }],
    ['api_monthly', { product: 'api', plan: 'team' }],
  ]),
  [pro, api],
);

const CLEAN = { status: 'active', discounts: [], metadata: {}, pending_update: null, trial_end: null, ended_at: null };
function subscriptionOf(prices: object[], more: object = {}) {
  const [template] = subscriptionFixture.items.data;
  const data = prices.map((one, index) => ({
    ...template,
    id: `si_${index}`,
    quantity: 2,
    price: { ...priceFixture, ...one, unit_amount_decimal: '1000' },
  }));
  return subscription.parse({ ...subscriptionFixture, ...CLEAN, items: { data }, ...more });
}
const openInvoice = (more: object) =>
  invoice.parse({
    ...invoiceFixture,
    status: 'open',
    amount_remaining: 500,
    due_date: null,
    attempted: false,
    ...more,
  });
function picture(
  subscriptions: ReturnType<typeof subscriptionOf>[],
  more: { customer?: object; invoices?: object[]; accountKey?: string } = {},
) {
  const parts = {
    customer: customer.parse({ ...customerFixture, metadata: { account_id: 'a_1' }, ...more.customer }),
    subscriptions,
    openInvoices: (more.invoices ?? []).map(openInvoice),
  };
  return pictureOf(parts, {
    connection: 'billing',
    accountKey: more.accountKey ?? 'metadata.account_id',
    book,
    coupons: new Map(),
    now: NOW,
  });
}

test('a subscription of several products is one row each, with ids of their own, and add-ons count to the first', () => {
  const addOn = priceOf('price_extra', 'prod_extra');
  const rows = picture([subscriptionOf([pro, api, addOn])]).subscriptions;
  expect(rows).toMatchObject([
    { id: subscriptionFixture.id, product: 'core', plan: 'pro', mrrCents: 4_000, itemId: 'si_0' },
    { id: `${subscriptionFixture.id}:si_1`, product: 'api', plan: 'team', mrrCents: 2_000, itemId: 'si_1' },
  ]);
});

test('a live item whose price config does not name is told of: it may be an add-on, or a plan', () => {
  const unknown = priceOf('price_new', 'prod_new', { lookup_key: 'enterprise_monthly' });
  const addOn = priceOf('price_extra', 'prod_extra');
  const alone = picture([subscriptionOf([unknown])]);
  const { id } = subscriptionFixture;
  expect(alone).toMatchObject({
    subscriptions: [],
    unnamed: [{ subscriptionId: id, itemId: 'si_0', price: 'enterprise_monthly', mrrCents: 2_000 }],
  });
  const beside = picture([subscriptionOf([pro, { ...addOn, lookup_key: null }])]);
  expect(beside.unnamed).toEqual([{ subscriptionId: id, itemId: 'si_1', price: 'price_extra', mrrCents: 2_000 }]);
  expect(picture([subscriptionOf([pro, api])]).unnamed).toEqual([]);
});

test.each([
  ['active', {}, 1],
  ['past_due', {}, 1],
  ['paused', {}, 1],
  ['canceled', {}, 0],
  ['incomplete', {}, 0],
  ['incomplete_expired', {}, 0],
  ['trialing', { headroom_offer_id: 'offer_1' }, 1],
  ['active', { headroom_offer_id: 'offer_1' }, 0],
])('%s with metadata %o and no name in config: %d items are live', (status, metadata, count) => {
  const unknown = priceOf('price_new', 'prod_new');
  expect(picture([subscriptionOf([unknown], { status, metadata })]).unnamed).toHaveLength(count);
});

test('a yearly price, or an old one that lost its lookup key, is the plan of its product', () => {
  const old = priceOf('price_old', 'prod_pro', { lookup_key: null });
  expect(picture([subscriptionOf([old])]).subscriptions).toMatchObject([{ product: 'core', plan: 'pro' }]);
});

test('where several plans share a product, an unknown price is nobody’s', () => {
  const shared = priceBook(
    new Map([
      ['pro_monthly', { product: 'core', plan: 'pro' }],
      ['team_monthly', { product: 'core', plan: 'team' }],
    ]),
    [
      priceOf('p1', 'prod_one', { lookup_key: 'pro_monthly' }),
      priceOf('p2', 'prod_one', { lookup_key: 'team_monthly' }),
    ],
  );
  expect(shared.planOf(priceOf('p3', 'prod_one'))).toBeNull();
  expect(shared.planOf(priceOf('p1', 'prod_one', { lookup_key: 'team_monthly' }))).toEqual({
    product: 'core',
    plan: 'team',
  });
});

test.each([
  ['active', 'active'],
  ['trialing', 'active'],
  ['past_due', 'past_due'],
  ['unpaid', 'past_due'],
  ['paused', 'paused'],
  ['canceled', 'cancelled'],
  ['incomplete', undefined],
  ['incomplete_expired', undefined],
])('%s at Stripe is %s', (status, ours) => {
  expect(picture([subscriptionOf([pro], { status })]).subscriptions[0]?.status).toBe(ours);
});

test('the running subscription stands after the ended ones', () => {
  const running = subscriptionOf([pro], { id: 'sub_new', created: 100 });
  const ended = subscriptionOf([pro], { id: 'sub_old', created: 200, status: 'canceled' });
  expect(picture([running, ended]).subscriptions.map(({ id }) => id)).toEqual(['sub_old', 'sub_new']);
});

test('our trials are no subscriptions, whatever becomes of them', () => {
  const metadata = { headroom_offer_id: 'offer_1' };
  const trial = (more: object) => picture([subscriptionOf([pro], { metadata, trial_end: NOW, ...more })]);
  expect(trial({ status: 'trialing' })).toMatchObject({
    subscriptions: [],
    trials: [{ offerId: 'offer_1', plan: 'pro', status: 'trialing' }],
  });
  expect(trial({ status: 'canceled', ended_at: NOW }).trials).toMatchObject([{ status: 'ended' }]);
  expect(trial({ status: 'canceled', ended_at: NOW - 60 }).trials).toMatchObject([{ status: 'cancelled' }]);
  expect(trial({ status: 'active' })).toMatchObject({ subscriptions: [], trials: [{ status: 'ended' }] });
});

test('contract limits of the subscription beat the customer’s, and what is no number is ignored', () => {
  const rows = picture([subscriptionOf([pro], { metadata: { limit_seats: '14', limit_contacts: 'many' } })], {
    customer: { metadata: { account_id: 'a_1', limit_seats: '9', limit_storage_gb: '80', limit_x: '' } },
  }).subscriptions;
  expect(rows[0]?.contractLimits).toEqual({ seats: 14, storage_gb: 80 });
});

test('an open invoice is overdue past its date, or when a charge failed', () => {
  const overdue = picture([], {
    invoices: [
      { id: 'in_new' },
      {
        id: 'in_change',
        attempted: true,
        created: NOW - 90,
        billing_reason: 'subscription_update',
        parent: { subscription_details: { subscription: 'sub_1' } },
      },
      { id: 'in_failed', attempted: true, created: NOW - 60 },
      { id: 'in_sent', due_date: NOW + 1, attempted: true },
      { id: 'in_late', due_date: NOW - 1 },
      { id: 'in_settled', due_date: NOW - 1, amount_remaining: 0 },
    ],
  }).overdueInvoices;
  const at = (seconds: number) => new Date(seconds * 1_000).toISOString();
  const ofNoChange = { amountCents: 500, subscriptionId: 'subscription', changeIssuedAt: null };
  const issued = at(NOW - 90);
  expect(overdue).toEqual([
    { id: 'in_change', amountCents: 500, dueAt: issued, subscriptionId: 'sub_1', changeIssuedAt: issued },
    { id: 'in_failed', ...ofNoChange, dueAt: at(NOW - 60) },
    { id: 'in_late', ...ofNoChange, dueAt: at(NOW - 1) },
  ]);
});

test.each([
  ['draft', 0, 'open'],
  ['open', 0, 'open'],
  ['paid', 0, 'paid'],
  ['paid', 200, 'paid'],
  // Nobody paid it.
  ['paid', 500, 'written_off'],
  ['void', 0, 'written_off'],
  ['uncollectible', 0, 'written_off'],
])(
  'an invoice that is %s, with %d of 500 credited, counts as %s',
  (status, pre_payment_credit_notes_amount, expected) => {
    const found = invoice.parse({ ...invoiceFixture, status, total: 500, pre_payment_credit_notes_amount });
    expect(invoiceState(found)).toBe(expected);
  },
);

test('the account id may stand in any field, and its absence means not linked', () => {
  expect(picture([], { accountKey: 'description', customer: { description: 'a_9' } }).account).toBe('a_9');
  expect(picture([], { customer: { metadata: {} } }).account).toBeNull();
  expect(picture([], { accountKey: 'metadata.account_id.deeper' }).account).toBeNull();
});
