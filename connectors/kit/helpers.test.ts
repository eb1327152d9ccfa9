import { describe, expect, test } from 'vitest';
import { chunk, paginate } from './paginate.ts';
import { equalInConstantTime, hmacSha256, isWithinWindow } from './signature.ts';
import { callWithin, withDeadline } from './time-limit.ts';

const origin = { connector: 'acme', operation: 'list' };

describe('pages', () => {
  test('are read until there is no next one', async () => {
    const pages = [['a', 'b'], ['c'], []];
    const read: string[][] = [];
    for await (const items of paginate<string[], number>(origin, async (cursor) => {
      const at = cursor ?? 0;
      return { items: pages[at] ?? [], next: at + 1 < pages.length ? at + 1 : null };
    }))
      read.push(items);
    expect(read).toEqual(pages);
  });

  test('end with an error when the vendor hands out the same cursor again', async () => {
    const walk = async () => {
      for await (const _ of paginate<string[], string>(origin, async () => ({ items: [], next: 'again' })));
    };
    await expect(walk()).rejects.toMatchObject({ code: 'unexpected_response' });
  });

  test('chunk keeps order and size', () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('signatures', () => {
  test('match RFC 4231, test case 2', () => {
    expect(hmacSha256('Jefe', 'what do ya want for nothing?', 'hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
  test('are compared whatever their lengths', () => {
    expect(equalInConstantTime('abc', 'abc')).toBe(true);
    expect(equalInConstantTime('abc', 'abcd')).toBe(false);
    expect(equalInConstantTime('', 'abc')).toBe(false);
  });
  test('are stale outside the window, on either side, or without a time', () => {
    expect(isWithinWindow(1_000, 301_000, 300_000)).toBe(true);
    expect(isWithinWindow(999, 301_000, 300_000)).toBe(false);
    expect(isWithinWindow(601_001, 301_000, 300_000)).toBe(false);
    expect(isWithinWindow(Number.NaN, 301_000, 300_000)).toBe(false);
  });
});

describe('a deadline', () => {
  const never = new Promise<never>(() => {});
  test('ends a read as transient and an unkeyed write as unknown', async () => {
    await expect(withDeadline(callWithin(20), never, origin)).rejects.toMatchObject({ code: 'transient' });
    await expect(withDeadline(callWithin(20), never, origin, 'none')).rejects.toMatchObject({
      code: 'outcome_unknown',
    });
  });
  test('changes nothing for work that ends in time', async () => {
    await expect(withDeadline(callWithin(5_000), Promise.resolve(7), origin)).resolves.toBe(7);
    await expect(withDeadline(callWithin(5_000), Promise.reject(new Error('own')), origin)).rejects.toThrow('own');
  });
});
