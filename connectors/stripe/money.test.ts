import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import priceFixture from './fixtures/price.json' with { type: 'json' };
import subscriptionFixture from './fixtures/subscription.json' with { type: 'json' };
import { monthlyByItem, monthlyCents } from './money.ts';
import { type Coupon, type Price, price as priceShape, subscription as subscriptionShape } from './schemas.ts';

const NOW = 1_772_409_600;
const monthly = { interval: 'month', interval_count: 1, usage_type: 'licensed' };

function price(more: Partial<Price> = {}): Price {
  const plain = { unit_amount: 1_000, unit_amount_decimal: '1000', recurring: monthly, transform_quantity: null };
  return { ...priceShape.parse({ ...priceFixture, ...plain }), ...more };
}
function coupon(more: Partial<Coupon>): Coupon {
  return { id: 'c', percent_off: null, amount_off: null, currency: 'usd', duration: 'forever', ...more };
}
const off = (given: Coupon, end: number | null = null) => ({ id: `di_${given.id}`, end, source: { coupon: given } });

interface Item {
  price?: Partial<Price>;
  quantity?: number;
  discounts?: ReturnType<typeof off>[];
}
function monthlyOf(
  items: Item[],
  discounts: ReturnType<typeof off>[] = [],
  coupons: Coupon[] = [],
  customerDiscount?: ReturnType<typeof off>,
) {
  const [template] = subscriptionFixture.items.data;
  const subscription = subscriptionShape.parse({
    ...subscriptionFixture,
    discounts,
    items: {
      data: items.map((item, index) => ({
        ...template,
        id: `si_${index}`,
        price: priceFixture,
        quantity: item.quantity ?? 1,
        discounts: item.discounts ?? [],
      })),
    },
  });
  subscription.items.data.forEach((item, index) => {
    item.price = price(items[index]?.price);
  });
  const customer = { id: 'cus_1', metadata: {}, discount: customerDiscount ?? null };
  return [
    ...monthlyByItem(subscription, {
      coupons: new Map(coupons.map((one) => [one.id, one])),
      customer,
      now: NOW,
    }).values(),
  ];
}

describe('the list price of a month', () => {
  test.each([
    ['a month', {}, 3, 3_000],
    ['a year is twelve months', { recurring: { ...monthly, interval: 'year' } }, 1, 1_000 / 12],
    ['a quarter is three', { recurring: { ...monthly, interval_count: 3 } }, 1, 1_000 / 3],
    ['a year has 52 weeks', { recurring: { ...monthly, interval: 'week' } }, 1, (1_000 * 52) / 12],
    ['fractions of a cent count', { unit_amount: null, unit_amount_decimal: 0.5 }, 300, 150],
    ['usage is no recurring revenue', { recurring: { ...monthly, usage_type: 'metered' } }, 1, 0],
    ['packages are filled up', { transform_quantity: { divide_by: 25, round: 'up' } }, 26, 2_000],
    ['or rounded down', { transform_quantity: { divide_by: 25, round: 'down' } }, 49, 1_000],
  ] satisfies [string, Partial<Price>, number, number][])('%s', (_name, more, quantity, cents) => {
    expect(monthlyCents(price(more), quantity)).toBeCloseTo(cents, 6);
  });

  const tiers = [
    { up_to: 10, unit_amount: 100, unit_amount_decimal: 100, flat_amount: 500, flat_amount_decimal: 500 },
    { up_to: null, unit_amount: 50, unit_amount_decimal: 50, flat_amount: null, flat_amount_decimal: null },
  ];
  test('graduated tiers add up, volume tiers price all units alike', () => {
    const tiered = (tiers_mode: string) =>
      price({ billing_scheme: 'tiered', tiers_mode, tiers, unit_amount: null, unit_amount_decimal: null });
    expect(monthlyCents(tiered('graduated'), 12)).toBe(10 * 100 + 500 + 2 * 50);
    expect(monthlyCents(tiered('volume'), 12)).toBe(12 * 50);
    expect(monthlyCents(tiered('volume'), 10)).toBe(10 * 100 + 500);
  });
});

describe('discounts', () => {
  test.each([
    ['a percentage', [off(coupon({ percent_off: 25 }))], [750]],
    ['an amount', [off(coupon({ amount_off: 300 }))], [700]],
    [
      'one after the other, in their order',
      [off(coupon({ amount_off: 300 })), off(coupon({ percent_off: 50 }))],
      [350],
    ],
    ['not of one invoice only', [off(coupon({ percent_off: 25, duration: 'once' }))], [1_000]],
    ['repeating ones while they last', [off(coupon({ percent_off: 25, duration: 'repeating' }), NOW + 1)], [750]],
    ['not ended ones', [off(coupon({ percent_off: 25, duration: 'repeating' }), NOW)], [1_000]],
    ['not in another currency', [off(coupon({ amount_off: 300, currency: 'eur' }))], [1_000]],
    ['never below nothing', [off(coupon({ amount_off: 5_000 }))], [0]],
  ])('%s', (_name, discounts, cents) => {
    expect(monthlyOf([{}], discounts)).toEqual(cents);
  });

  test('an amount off a yearly invoice is a twelfth of it a month', () => {
    const yearly = { unit_amount: 12_000, unit_amount_decimal: 12_000, recurring: { ...monthly, interval: 'year' } };
    expect(monthlyOf([{ price: yearly }], [off(coupon({ amount_off: 1_200 }))])).toEqual([900]);
  });

  test('an amount is spread over the items that it applies to', () => {
    const items = [{ quantity: 3 }, { quantity: 1 }, { price: { product: 'prod_other' }, quantity: 1 }];
    const shared = coupon({ id: 'shared', amount_off: 400 });
    const known = { ...shared, applies_to: { products: [priceFixture.product] } };
    expect(monthlyOf(items, [off(shared)], [known])).toEqual([2_700, 900, 1_000]);
  });

  test('an item has its own, and the customer’s counts where the subscription has none', () => {
    expect(monthlyOf([{ discounts: [off(coupon({ percent_off: 10 }))] }, {}])).toEqual([900, 1_000]);
    expect(monthlyOf([{}], [], [], off(coupon({ percent_off: 50 })))).toEqual([500]);
    expect(monthlyOf([{}], [off(coupon({ percent_off: 10 }))], [], off(coupon({ percent_off: 50 })))).toEqual([900]);
  });

  test('never add to the price and never turn it negative', () => {
    const anyCoupon = fc.record({
      percent_off: fc.option(fc.integer({ min: 0, max: 100 })),
      amount_off: fc.option(fc.integer({ min: 1, max: 100_000 })),
    });
    fc.assert(
      fc.property(
        fc.array(anyCoupon, { maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }),
        (given, quantities) => {
          const discounts = given.map((one, index) => off(coupon({ ...one, id: `c${index}` })));
          const before = monthlyOf(quantities.map((quantity) => ({ quantity })));
          const after = monthlyOf(
            quantities.map((quantity) => ({ quantity })),
            discounts,
          );
          return after.every((cents, index) => cents >= 0 && cents <= (before[index] ?? 0));
        },
      ),
    );
  });
});

test('a tax inside the price is taken out where the rate is known', () => {
  const [template] = subscriptionFixture.items.data;
  const subscription = subscriptionShape.parse({
    ...subscriptionFixture,
    default_tax_rates: [
      { inclusive: true, percentage: 19 },
      { inclusive: false, percentage: 7 },
    ],
    items: {
      data: [
        {
          ...template,
          quantity: 1,
          price: { ...priceFixture, unit_amount: 11_900, unit_amount_decimal: '11900', transform_quantity: null },
        },
      ],
    },
  });
  expect([...monthlyByItem(subscription, { coupons: new Map(), customer: null, now: NOW }).values()]).toEqual([10_000]);
});
