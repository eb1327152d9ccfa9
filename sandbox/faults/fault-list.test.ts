import { describe, expect, test } from 'vitest';
import { createFaultList } from './fault-list.ts';

describe('a fault', () => {
  test('hits the calls that it matches, as often as it says', () => {
    const faults = createFaultList([
      { vendor: 'stripe', kind: 'server_error', match: { method: 'post', path: '^/v1/subs' }, times: 1 },
    ]);
    expect(faults.hit('slack', 'before', 'POST', '/v1/subs')).toBeNull();
    expect(faults.hit('stripe', 'before', 'GET', '/v1/subs')).toBeNull();
    expect(faults.hit('stripe', 'before', 'POST', '/v1/prices')).toBeNull();
    expect(faults.hit('stripe', 'after', 'POST', '/v1/subs')).toBeNull();
    expect(faults.hit('stripe', 'before', 'POST', '/v1/subs')?.kind).toBe('server_error');
    expect(faults.hit('stripe', 'before', 'POST', '/v1/subs')).toBeNull();
  });

  test('with a probability hits the same calls for the same seed', () => {
    const hits = (seed: string) => {
      const faults = createFaultList([{ vendor: 'v', kind: 'slow', probability: 0.5, seed }]);
      return Array.from({ length: 40 }, () => faults.hit('v', 'before', 'GET', '/') !== null);
    };
    expect(hits('a')).toEqual(hits('a'));
    expect(hits('a')).not.toEqual(hits('b'));
    expect(new Set(hits('a'))).toEqual(new Set([true, false]));
  });

  test('spares the first calls that it is told to', () => {
    const faults = createFaultList([{ vendor: 'v', kind: 'slow', skip: 2, times: 1 }]);
    const hits = Array.from({ length: 4 }, () => faults.hit('v', 'before', 'GET', '/') !== null);
    expect(hits).toEqual([false, false, true, false]);
  });

  test('stays until it is cleared', () => {
    const faults = createFaultList([
      { vendor: 'v', kind: 'slow' },
      { vendor: 'w', kind: 'slow' },
    ]);
    faults.clear('v');
    expect(faults.hit('v', 'before', 'GET', '/')).toBeNull();
    expect(faults.hit('w', 'before', 'GET', '/')).not.toBeNull();
  });

  test('with a wrong field is refused by name', () => {
    const faults = createFaultList();
    expect(() => faults.add({ vendor: 'v', kind: 'slow', match: { path: '(' } })).toThrow(/regular expression/);
  });
});
