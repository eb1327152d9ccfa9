import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Subscription } from '../domain/model.ts';
import { freshStore } from '../test/support/store.ts';
import { minutesLater, T0 } from '../test/support/store-rows.ts';
import {
  applyBillingCustomer,
  type BillingSnapshot,
  findPaidSubscription,
  inTransaction,
  listLinkProblems,
  readLinks,
  readPrices,
  readSubscriptionHistory,
  type Store,
  savePrices,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(() => {
  n++;
});

type Seen = Omit<Subscription, 'version' | 'changedAt'>;
function seen(over: Partial<Seen> = {}): Seen {
  return {
    id: `sub${n}`,
    connection: 'billing',
    customerId: `cus${n}`,
    itemId: 'si',
    account: `a${n}`,
    product: 'core',
    plan: 'starter',
    status: 'active',
    quantity: 5,
    mrrCents: 10_000,
    currency: 'usd',
    periodStart: T0,
    periodEnd: minutesLater(60 * 24 * 30),
    contractLimits: {},
    pendingChange: false,
    ...over,
  };
}
function picture(over: Partial<BillingSnapshot> = {}): BillingSnapshot {
  return {
    customerId: `cus${n}`,
    account: `a${n}`,
    email: null,
    subscriptions: [seen()],
    trials: [],
    unnamed: [],
    overdueInvoices: [],
    ...over,
  };
}
let wire = 0;
const apply = (snapshot: BillingSnapshot, now = T0, wireReadAt = ++wire) =>
  inTransaction(store, (tx) => applyBillingCustomer(tx, 'billing', snapshot, { now, readAt: now, wireReadAt }));
const paid = () => inTransaction(store, (tx) => findPaidSubscription(tx, `a${n}`, 'core'));

describe('a billing picture', () => {
  test('first seen makes version 1; the same again changes nothing', async () => {
    expect((await apply(picture())).changes).toMatchObject([{ before: null, after: { version: 1, changedAt: T0 } }]);
    expect(await apply(picture(), minutesLater(5))).toEqual({
      stale: false,
      changes: [],
      kept: [],
      unchangedAt: T0,
      trials: [],
    });
  });

  test.each([
    ['price', { mrrCents: 20_000 }],
    ['quantity', { quantity: 6 }],
    ['plan', { plan: 'pro' }],
  ])('with another %s raises the version once and tells before and after', async (_, change) => {
    await apply(picture());
    const changed = picture({ subscriptions: [seen(change)] });
    const { changes } = await apply(changed, minutesLater(5));
    expect(changes).toMatchObject([
      { before: { version: 1 }, after: { version: 2, changedAt: minutesLater(5), ...change } },
    ]);
    expect((await apply(changed, minutesLater(6))).changes).toEqual([]);
  });

  test('with a new period or a contract limit is stored without a new version', async () => {
    await apply(picture());
    const renewed = seen({ periodStart: minutesLater(9), contractLimits: { api_calls: 5 } });
    expect((await apply(picture({ subscriptions: [renewed] }))).changes).toEqual([]);
    expect(await paid()).toMatchObject({ version: 1, periodStart: minutesLater(9), contractLimits: { api_calls: 5 } });
  });

  test('with a change that waits for payment is no upgrade until it is paid', async () => {
    await apply(picture());
    const pro = { plan: 'pro', mrrCents: 30_000 };
    expect((await apply(picture({ subscriptions: [seen({ ...pro, pendingChange: true })] }))).changes).toEqual([]);
    expect(await paid()).toMatchObject({ plan: 'starter', mrrCents: 10_000, pendingChange: true, version: 1 });
    expect((await apply(picture({ subscriptions: [seen(pro)] }))).changes).toMatchObject([
      { before: { plan: 'starter' }, after: { plan: 'pro', pendingChange: false, version: 2 } },
    ]);
  });

  test('without a subscription it had before counts that one as cancelled', async () => {
    await apply(picture());
    const { changes } = await apply(picture({ subscriptions: [] }));
    expect(changes).toMatchObject([{ after: { status: 'cancelled', plan: null, mrrCents: 0, version: 2 } }]);
    expect(await paid()).toBeNull();
    expect((await apply(picture({ subscriptions: [] }))).changes).toEqual([]);
  });

  test('without a name for what it had before keeps that as it is, until the price is named again', async () => {
    await apply(picture());
    const unnamed = [{ subscriptionId: `sub${n}`, itemId: 'si', mrrCents: 10_000 }];
    const nameless = picture({ subscriptions: [], unnamed });
    expect(await apply(nameless, minutesLater(5))).toMatchObject({ changes: [], kept: [{ id: `sub${n}` }] });
    expect(await paid()).toMatchObject({ plan: 'starter', status: 'active', mrrCents: 10_000, version: 1 });
    expect(await apply(picture(), minutesLater(6))).toMatchObject({ changes: [], kept: [] });
    await apply(nameless, minutesLater(7));
    const ended = picture({ subscriptions: [], unnamed: [] });
    expect((await apply(ended, minutesLater(8))).changes).toMatchObject([{ after: { status: 'cancelled' } }]);
    // What has ended stays so, whatever else of that customer has no name.
    expect((await apply(nameless, minutesLater(9))).changes).toEqual([]);
    expect(await paid()).toBeNull();
  });

  test('without a name for one of several products keeps it beside the others, under the ids and sums of each', async () => {
    const core = seen();
    const api = seen({ id: `sub${n}:si_api`, itemId: 'si_api', product: 'api', mrrCents: 3_000 });
    await apply(picture({ subscriptions: [core, api] }));
    // As a connector tells it: the first item with a name has the vendor's id, and all that has none is an add-on of it.
    const unnamed = [
      { subscriptionId: `sub${n}`, itemId: 'si', mrrCents: 10_000 },
      { subscriptionId: `sub${n}`, itemId: 'si_add_on', mrrCents: 500 },
    ];
    const nameless = (mrrCents: number) => picture({ subscriptions: [{ ...api, id: `sub${n}`, mrrCents }], unnamed });
    expect((await apply(nameless(13_500), minutesLater(5))).changes).toEqual([]);
    expect(await paid()).toMatchObject({ id: core.id, product: 'core', plan: 'starter', version: 1 });
    const { changes } = await apply(nameless(15_500), minutesLater(6));
    expect(changes).toMatchObject([{ before: { id: api.id, mrrCents: 3_000 }, after: { mrrCents: 5_000 } }]);
    const again = picture({ subscriptions: [core, { ...api, mrrCents: 5_000 }] });
    expect((await apply(again, minutesLater(7))).changes).toEqual([]);
  });

  test('whose add-on has no name still tells that another product is gone, or that a plan has moved to another item', async () => {
    const api = seen({ id: `sub${n}:si_api`, itemId: 'si_api', product: 'api' });
    await apply(picture({ subscriptions: [seen(), api] }));
    const addOn = { subscriptionId: `sub${n}`, itemId: 'si_add_on', mrrCents: 0 };
    const { changes } = await apply(picture({ unnamed: [addOn] }), minutesLater(5));
    expect(changes).toMatchObject([{ after: { id: api.id, status: 'cancelled' } }]);
    const moved = seen({ itemId: 'si_new', plan: 'pro' });
    const left = { subscriptionId: `sub${n}`, itemId: 'si', mrrCents: 10_000 };
    expect(await apply(picture({ subscriptions: [moved], unnamed: [left] }), minutesLater(6))).toMatchObject({
      changes: [{ after: { id: `sub${n}`, itemId: 'si_new', plan: 'pro', mrrCents: 10_000 } }],
      kept: [],
    });
  });

  test('read earlier than the stored one changes nothing', async () => {
    await apply(picture({ subscriptions: [seen({ quantity: 9 })] }), T0, 1_000_000);
    expect(await apply(picture(), T0, 999_999)).toEqual({
      stale: true,
      changes: [],
      kept: [],
      unchangedAt: null,
      trials: [],
    });
    expect((await paid())?.quantity).toBe(9);
  });

  test('without our account id is kept as an unlinked record', async () => {
    await apply(picture({ account: null, email: 'who@x.example' }));
    const problems = await inTransaction(store, (tx) => listLinkProblems(tx));
    expect(problems).toContainEqual({
      kind: 'unlinked',
      connection: 'billing',
      externalIds: [`cus${n}`],
      account: null,
      label: 'who@x.example',
    });
  });

  test('of a second customer with the same account id makes the account doubled', async () => {
    await apply(picture());
    await apply(picture({ customerId: `cus${n}-twin`, subscriptions: [] }));
    const problems = await inTransaction(store, (tx) => listLinkProblems(tx));
    expect(problems.find((p) => p.account === `a${n}`)?.externalIds).toEqual([`cus${n}`, `cus${n}-twin`]);
    expect(await inTransaction(store, (tx) => readLinks(tx, [`a${n}`]))).toHaveLength(2);
  });

  test('tells how our trials moved', async () => {
    const trial = {
      subscriptionId: `t${n}`,
      offerId: `o${n}`,
      product: 'core',
      plan: 'pro',
      status: 'trialing' as const,
      endsAt: minutesLater(9),
    };
    const first = await apply(picture({ trials: [trial] }));
    expect(first.trials).toEqual([{ before: null, after: trial }]);
    expect((await apply(picture({ trials: [trial] }))).trials).toEqual([]);
    const unnamed = [{ subscriptionId: `t${n}`, itemId: 'si', mrrCents: 0 }];
    expect((await apply(picture({ trials: [], unnamed }))).trials).toEqual([]);
    expect((await apply(picture({ trials: [] }))).trials).toMatchObject([{ after: { status: 'ended' } }]);
  });
});

test('the history tells what held at the start of a span and everything since', async () => {
  await apply(picture(), T0);
  await apply(picture({ subscriptions: [seen({ quantity: 6 })] }), minutesLater(10));
  await apply(picture({ subscriptions: [seen({ quantity: 7 })] }), minutesLater(20));
  const history = (since: string) => inTransaction(store, (tx) => readSubscriptionHistory(tx, [`a${n}`], since));
  expect((await history(minutesLater(15))).map((h) => h.subscription.quantity)).toEqual([6, 7]);
  expect((await history(T0)).map((h) => [h.at, h.subscription.quantity])).toEqual([
    [T0, 5],
    [minutesLater(10), 6],
    [minutesLater(20), 7],
  ]);
});

test('prices of the catalogue follow the vendor', async () => {
  const price = { product: 'core', plan: 'pro', priceId: 'price_1', unitCents: 100, monthlyCents: null };
  await inTransaction(store, (tx) => savePrices(tx, 'billing', [price], T0));
  await inTransaction(store, (tx) => savePrices(tx, 'billing', [{ ...price, priceId: 'price_2' }], T0));
  expect(await inTransaction(store, (tx) => readPrices(tx, 'billing'))).toEqual([{ ...price, priceId: 'price_2' }]);
});
