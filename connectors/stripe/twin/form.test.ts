import { expect, test } from 'vitest';
import { parseForm } from './form.ts';

test.each([
  ['a=1&b=x%20y', { a: '1', b: 'x y' }],
  [
    'items[0][price]=p&items[0][quantity]=2&items[1][price]=q',
    { items: [{ price: 'p', quantity: '2' }, { price: 'q' }] },
  ],
  ['expand[]=a&expand[]=b', { expand: ['a', 'b'] }],
  ['lookup_keys[0]=a&lookup_keys[1]=b', { lookup_keys: ['a', 'b'] }],
  ['metadata[headroom_offer_id]=o&discounts=', { metadata: { headroom_offer_id: 'o' }, discounts: '' }],
  ['a[b][c][d]=1', { a: { b: { c: { d: '1' } } } }],
  ['', {}],
])('%s', (text, expected) => {
  expect(parseForm(text)).toEqual(expected);
});
