import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Budget, BudgetUse, Permit, VendorLimit } from '../../connectors/kit/budget.ts';
import { HeldBackError, RateLimitedError } from '../../connectors/kit/errors.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { ENOUGH } from '../../domain/budget/breaker.ts';
import type { Priority } from '../../domain/budget/types.ts';
import { Gate, type GateNews } from './gate.ts';
import { connectionLimits } from './limits.ts';
import { Prober } from './prober.ts';

const BURST: VendorLimit = { name: 'burst', max: 200, per: '10s' };

beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-03-02T10:00:00.000Z') }));
afterEach(() => vi.useRealTimers());

/** A gate before permits for everybody; `waiting`: they come only when they are let go. */
function aGate() {
  const news: GateNews[] = [];
  const seen = { taken: 0, waiting: false, go: [] as (() => void)[] };
  const inner: Budget = {
    take: async () => {
      if (seen.waiting) await new Promise<void>((resolve) => seen.go.push(resolve));
      seen.taken += 1;
      return { done: () => {}, giveBack: () => {} };
    },
    hear: () => {},
    pause: async () => {},
  };
  const limits = connectionLimits([BURST], { own: {}, zoneOf: () => 'UTC', now: () => new Date().toISOString() });
  const changed = (one: GateNews) => news.push(one);
  const gate = new Gate(inner, { connection: 'crm', connector: 'hubspot', limits, wireNow: Date.now, changed });
  return { gate, news, seen };
}

const use = (priority: Priority = 'message'): BudgetUse => ({
  call: callWithin(30_000, { priority }),
  operation: 'create_task',
});
const refusal = async (taking: Promise<Permit>) => {
  const error = await taking.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RateLimitedError)) throw new Error(`a refusal was expected, not ${String(error)}`);
  return error;
};
async function fail(gate: Gate, times = ENOUGH): Promise<void> {
  for (let n = 0; n < times; n++) (await gate.take(use())).done('failed');
}

describe('a vendor that does not answer', () => {
  test('is not called any more, and those who want to come back one after the other', async () => {
    const { gate, news, seen } = aGate();
    await fail(gate);
    expect(gate.heldBack).toMatchObject({ since: Date.now() });
    const refused = await Promise.all(Array.from({ length: 200 }, () => refusal(gate.take(use()))));
    expect(refused.every((error) => error instanceof HeldBackError && error.code === 'rate_limited')).toBe(true);
    expect(seen.taken).toBe(ENOUGH);
    const waits = refused.map(({ retryAfterMs }) => retryAfterMs);
    // 20 a second is the vendor's rate, and a quarter more come to look.
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(7_500);
    expect(Math.max(...waits)).toBeLessThan(10_000);
    expect(news).toEqual([{ kind: 'held_back' }]);
  });

  test('is asked by a probe; its answer lets all go on at once', async () => {
    const { gate, news } = aGate();
    await fail(gate);
    vi.advanceTimersByTime(60_000);
    const probe = await gate.take(use());
    expect(await refusal(gate.take(use()))).toBeInstanceOf(HeldBackError);
    probe.done('answered');
    expect(gate.heldBack).toBeNull();
    for (const permit of await Promise.all([gate.take(use()), gate.take(use())])) permit.done('answered');
    expect(news).toEqual([{ kind: 'held_back' }, { kind: 'back', awayMs: 60_000, everyMs: 40 }]);
  });

  test('is not called by those who waited for their permit when it went', async () => {
    const { gate, seen } = aGate();
    const early = await Promise.all(Array.from({ length: ENOUGH }, () => gate.take(use())));
    seen.waiting = true;
    const waiting = Promise.all(Array.from({ length: 5 }, () => refusal(gate.take(use()))));
    for (const permit of early) permit.done('failed');
    for (const go of seen.go) go();
    expect((await waiting).every((error) => error instanceof HeldBackError)).toBe(true);
  });

  test('is probed by the harmless read of its connection, until it answers and not after', async () => {
    const { gate } = aGate();
    const calls: number[] = [];
    const began = Date.now();
    const prober = new Prober(
      gate,
      async (call) => {
        const permit = await gate.take({ call, operation: 'check' });
        calls.push(Date.now() - began);
        permit.done(calls.length < 4 ? 'failed' : 'answered');
      },
      Date.now,
    );
    await fail(gate);
    prober.begin();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(gate.heldBack).toBeNull();
    expect(calls).toHaveLength(4);
    // 0.5 s, 1 s, 2 s and 4 s, each a fifth more or less.
    expect(calls[3]).toBeGreaterThan(6_000 - 1);
    expect(calls[3]).toBeLessThan(9_100);
  });
});

describe('a vendor that hangs, before anybody knows', () => {
  test('takes so many places and no more; what is more urgent still comes in', async () => {
    const { gate } = aGate();
    const tries = await Promise.allSettled(Array.from({ length: 60 }, () => gate.take(use('message'))));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
    const error = await refusal(gate.take(use('message')));
    expect(error).not.toBeInstanceOf(HeldBackError);
    const alerts = await Promise.allSettled(Array.from({ length: 10 }, () => gate.take(use('alert'))));
    expect(alerts.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    await Promise.all([gate.take(use('click')), gate.take(use('sweep'))]);
  });

  test('lets an operation that has begun make its next call, with all places taken', async () => {
    const { gate } = aGate();
    const first = use();
    (await gate.take(first)).done('answered');
    await Promise.all(Array.from({ length: 16 }, () => gate.take(use())));
    await gate.take({ ...first, operation: 'its next call' });
    await refusal(gate.take(use()));
  });

  test('gives a place back when a call ends, is given up unused, or gets no permit', async () => {
    const { gate, seen } = aGate();
    const inside = await Promise.all(Array.from({ length: 16 }, () => gate.take(use())));
    inside[0]?.done('answered');
    inside[0]?.done('answered');
    const another = await gate.take(use());
    await refusal(gate.take(use()));
    another.giveBack();
    another.done('failed');
    const unused = await gate.take(use());
    unused.giveBack();
    seen.waiting = true;
    void gate.take(use());
    await refusal(gate.take(use()));
  });
});
