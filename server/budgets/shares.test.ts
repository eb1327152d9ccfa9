/** What a sweep gets while everybody wants everything, on a clock of the test's own: whole minutes, as on an idle machine. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { VendorLimit } from '../../connectors/kit/budget.ts';
import { RateLimitedError } from '../../connectors/kit/errors.ts';
import { grantPermits } from '../../domain/budget/grant.ts';
import { NO_PERMITS, type Priority } from '../../domain/budget/types.ts';
import { connectionLimits } from './limits.ts';
import { PermitPool } from './pool.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const WORKERS = 4;
const PLACES = 40;
const STORE_MS = 5;
const WARM_UP_MS = 12_000;
const MEASURED_MS = 100_000;

/** Pools of several workers on one table, and loops that call as fast as they may. */
async function saturated(limit: VendorLimit, { pageMs, sweeps }: { pageMs: number; sweeps: number }) {
  let state = NO_PERMITS;
  const now = () => new Date().toISOString();
  const pools = Array.from(
    { length: WORKERS },
    () =>
      new PermitPool({
        connection: 'crm',
        connector: 'hubspot',
        limits: connectionLimits([limit], { own: {}, zoneOf: () => 'UTC', now }),
        ask: async (ask) => {
          await sleep(STORE_MS);
          const wire = Date.now();
          const step = grantPermits(state, ask, { wire, business: wire, scale: 1 });
          state = step.state;
          return { ...step.answer, paused: null };
        },
        pause: async () => {},
        wireNow: Date.now,
      }),
  );
  const begin = Date.now() + WARM_UP_MS;
  const end = begin + MEASURED_MS;
  const done: Record<Priority, number> = { click: 0, alert: 0, message: 0, sweep: 0 };
  const repeatedly = async (pool: PermitPool, priority: Priority, callMs: number) => {
    const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, priority };
    while (Date.now() < end) {
      try {
        const permit = await pool.take({ call, operation: 'list' });
        await sleep(callMs);
        permit.done();
        if (Date.now() >= begin && Date.now() < end) done[priority] += 1;
      } catch (error) {
        await sleep(error instanceof RateLimitedError ? error.retryAfterMs : 1_000);
      }
    }
  };
  const [first] = pools;
  if (!first) throw new Error('there is a first pool');
  const loops = [
    ...Array.from({ length: sweeps }, () => repeatedly(first, 'sweep', pageMs)),
    ...pools.flatMap((pool) => Array.from({ length: PLACES }, () => repeatedly(pool, 'message', 20))),
  ];
  await vi.advanceTimersByTimeAsync(WARM_UP_MS + MEASURED_MS + 120_000);
  await Promise.all(loops);
  const all = Object.values(done).reduce((sum, n) => sum + n, 0);
  return { sweep: done.sweep / all, perSecond: all / (MEASURED_MS / 1_000) };
}

const HUBSPOT: VendorLimit = { name: 'burst', max: 190, per: '10s' };
const PROBE: VendorLimit = { name: 'rate', max: 20, per: '1s' };

test.each([
  ['190 in ten seconds, fast pages', HUBSPOT, { pageMs: 20, sweeps: 1 }, 0.9 * 19],
  ['20 a second, fast pages', PROBE, { pageMs: 20, sweeps: 1 }, 0.9 * 20],
  ['190 in ten seconds, four at once', HUBSPOT, { pageMs: 20, sweeps: 4 }, 0.9 * 19],
  // A slot is taken for as long as its page takes, too.
  ['190 in ten seconds, slow pages', HUBSPOT, { pageMs: 300, sweeps: 1 }, 0.84 * 19],
  ['20 a second, slow pages', PROBE, { pageMs: 300, sweeps: 1 }, 0.86 * 20],
])('a sweep that reads page by page has its tenth: %s', async (_what, limit, pages, perSecond) => {
  const got = await saturated(limit, pages);
  expect(got.sweep).toBeGreaterThanOrEqual(0.1);
  // What is kept for it costs the others little.
  expect(got.perSecond).toBeGreaterThanOrEqual(perSecond);
});
