import { expect, test } from 'vitest';
import { planView } from './views.ts';

const product = {
  plans: {
    pro: { name: 'Professional', pitch: 'More of it', price: 'p', limits: {} },
    plain: { price: 'q', limits: {} },
  },
};

test.each([
  ['pro', { key: 'pro', name: 'Professional', pitch: 'More of it' }],
  ['plain', { key: 'plain', name: 'plain', pitch: null }],
  // A contract of long ago may name a plan that config no longer has.
  ['gone', { key: 'gone', name: 'gone', pitch: null }],
])('the plan %s', (key, view) => {
  // Safe: only plans are looked at.
  expect(planView(product as unknown as Parameters<typeof planView>[0], key)).toEqual(view);
});
