import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../time.ts';
import { daysToExpiry, EXPIRY_DAYS, expiryWarning, judgeConnection, WHAT_TO_DO } from './judge.ts';
import { isTold, nextHealth, QUIET_MS, type Standing, TRANSITIONS } from './transitions.ts';
import type { ConnectionFacts, ConnectionReason } from './types.ts';

const NOW = Date.parse('2026-03-02T10:00:00.000Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();
const facts = (over: Partial<ConnectionFacts> = {}): ConnectionFacts => ({
  wireNow: NOW,
  credentialsRefused: null,
  pausedByHand: null,
  waits: null,
  calls: { ok: 100, failed: 0, limited: 0 },
  sweepFailed: null,
  heldBackSince: null,
  silentSince: null,
  expires: null,
  ...over,
});
const calls = (ok: number, failed: number, limited = 0) => ({ calls: { ok, failed, limited } });

test.each<[string, Partial<ConnectionFacts>, ConnectionReason | null, ConnectionReason | null]>([
  ['all is well', {}, null, null],
  ['nobody calls', calls(0, 0), null, null],
  ['credentials are refused', { credentialsRefused: '401' }, null, 'credentials_refused'],
  ['a person paused it', { pausedByHand: 'new prices' }, null, 'paused_by_hand'],
  ['both: the key is what to mend', { credentialsRefused: '401', pausedByHand: 'x' }, null, 'credentials_refused'],
  ['the vendor asks for a second', { waits: { wireUntil: NOW + 1_000, reason: '429' } }, null, null],
  ['a quota is spent for hours', { waits: { wireUntil: NOW + 7_200_000, reason: 'daily' } }, null, 'quota_spent'],
  [
    'the last minute of a spent quota',
    { waits: { wireUntil: NOW + 1, reason: 'daily' } },
    'quota_spent',
    'quota_spent',
  ],
  ['a quota that is over', { waits: { wireUntil: NOW, reason: 'daily' } }, 'quota_spent', null],
  ['one of three calls fails', calls(2, 1), null, null],
  ['a fifth of many fails', calls(80, 20), null, 'errors'],
  ['it answers nobody, too few calls to count', { ...calls(0, 5), heldBackSince: NOW - 9 }, null, 'errors'],
  ['a tenth fails', calls(90, 10), null, null],
  ['a tenth still fails', calls(90, 10), 'errors', 'errors'],
  ['hardly any still fails', calls(97, 3), 'errors', null],
  ['nobody has called since it failed', calls(0, 0), 'errors', 'errors'],
  ['a first call works again', calls(1, 0), 'errors', null],
  ['a third is asked to come later', calls(70, 0, 30), null, 'rate_limited'],
  ['its last sweep failed', { sweepFailed: 'the answer was cut off' }, null, 'sweep_failed'],
  ['a failed sweep among failed calls', { sweepFailed: '503', ...calls(0, 20) }, 'errors', 'sweep_failed'],
  ['refused credentials made it fail', { sweepFailed: '401', credentialsRefused: '401' }, null, 'credentials_refused'],
  ['a source is silent', { silentSince: at(-DAY_MS) }, null, 'silent'],
  ['a key expires in 15 days', { expires: { secret: 'token', at: at(15 * DAY_MS) } }, null, null],
  ['a key expires in 14 days', { expires: { secret: 'token', at: at(14 * DAY_MS) } }, null, 'credentials_expiring'],
  ['a key expired', { expires: { secret: 'token', at: at(-1) } }, null, 'credentials_expiring'],
])('%s', (_, over, before, reason) => {
  const health = judgeConnection(facts(over), before);
  expect(health.reason).toBe(reason);
  expect(health.state === 'healthy').toBe(reason === null);
});

const anyReason = fc.constantFrom(...(Object.keys(WHAT_TO_DO) as ConnectionReason[]));
const anyFacts: fc.Arbitrary<ConnectionFacts> = fc.record({
  wireNow: fc.constant(NOW),
  credentialsRefused: fc.option(fc.constant('401'), { freq: 4 }),
  pausedByHand: fc.option(fc.constant('by hand'), { freq: 4 }),
  waits: fc.option(
    fc.record({ wireUntil: fc.integer({ min: NOW - 1_000, max: NOW + DAY_MS }), reason: fc.constant('429') }),
  ),
  calls: fc.record({
    ok: fc.integer({ min: 0, max: 50 }),
    failed: fc.integer({ min: 0, max: 50 }),
    limited: fc.integer({ min: 0, max: 50 }),
  }),
  sweepFailed: fc.option(fc.constant('503'), { freq: 3 }),
  heldBackSince: fc.option(fc.constant(NOW - 5_000), { freq: 3 }),
  silentSince: fc.option(fc.constant(at(-DAY_MS)), { freq: 3 }),
  expires: fc.option(
    fc.record({ secret: fc.constant('token'), at: fc.integer({ min: -5, max: 40 }).map((days) => at(days * DAY_MS)) }),
  ),
});

/** What becomes of a connection as one look follows another. */
function story(looks: ConnectionFacts[]): { before: Standing; after: Standing; changed: boolean }[] {
  let before: Standing = { state: 'healthy', reason: null };
  return looks.map((look) => {
    const { health, changed } = nextHealth(before, judgeConnection(look, before.reason));
    const step = { before, after: { state: health.state, reason: health.reason }, changed };
    before = step.after;
    return step;
  });
}

describe('whatever happens to a connection', () => {
  test('only legal transitions are made, and a state has a reason exactly when it is not healthy', () => {
    fc.assert(
      fc.property(fc.array(anyFacts, { maxLength: 30 }), (looks) => {
        for (const { before, after, changed } of story(looks)) {
          if (changed) expect(TRANSITIONS[before.state]).toContain(after.state);
          expect(after.reason === null).toBe(after.state === 'healthy');
        }
      }),
    );
  });

  test('looking twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.array(anyFacts, { minLength: 1, maxLength: 10 }), (looks) => {
        const last = looks.at(-1) as ConnectionFacts;
        // A paused one goes by way of healthy: from there on it stays.
        const [, , twice] = story([...looks, last, last]).slice(-3);
        expect(twice?.changed).toBe(false);
      }),
    );
  });

  test('while credentials are refused it is paused, whatever else is true', () => {
    fc.assert(
      fc.property(anyFacts, fc.option(anyReason), (look, before) => {
        const health = judgeConnection({ ...look, credentialsRefused: '401' }, before);
        expect(health).toMatchObject({ state: 'paused', reason: 'credentials_refused' });
      }),
    );
  });

  test('one trouble is told once an hour at most, however often it comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyFacts, fc.integer({ min: 1, max: QUIET_MS })), { maxLength: 40 }), (looks) => {
        const told = new Map<string, number[]>();
        let [wireNow, since, ends] = [NOW, NOW, 0];
        for (const [index, { before, after, changed }] of story(looks.map(([look]) => look)).entries()) {
          wireNow += looks[index]?.[1] ?? 0;
          const about = after.reason ?? before.reason;
          if (!changed || about === null) continue;
          const times = told.get(about) ?? [];
          const word = { wireNow, since, began: wireNow - 2 * 60_000, lastTold: times.at(-1) ?? null };
          since = wireNow;
          if (!isTold(before, after, word)) continue;
          if (after.reason === null) {
            // Each end belongs to a beginning that was told.
            expect(++ends).toBeLessThanOrEqual([...told.values()].flat().length);
            continue;
          }
          const previous = times.at(-1);
          if (previous !== undefined) expect(wireNow - previous).toBeGreaterThanOrEqual(QUIET_MS);
          told.set(about, [...times, wireNow]);
        }
      }),
    );
  });
});

test('the end of a trouble is told only where its beginning was', () => {
  const [bad, good]: Standing[] = [
    { state: 'paused', reason: 'credentials_refused' },
    { state: 'healthy', reason: null },
  ];
  if (!bad || !good) throw new Error('two standings');
  const [since, began] = [NOW - 1_000, NOW];
  expect(isTold(bad, good, { wireNow: NOW, since, began, lastTold: since })).toBe(true);
  expect(isTold(bad, good, { wireNow: NOW, since, began, lastTold: null })).toBe(false);
  expect(isTold(bad, good, { wireNow: NOW, since, began, lastTold: since - 1 })).toBe(false);
});

test('what fails for a moment is not told, what lasts is, and refused credentials at once', () => {
  const healthy: Standing = { state: 'healthy', reason: null };
  const word = (ms: number) => ({ wireNow: NOW, since: 0, began: NOW - ms, lastTold: null });
  const errors: Standing = { state: 'degraded', reason: 'errors' };
  expect(isTold(healthy, errors, word(119_000))).toBe(false);
  expect(isTold(healthy, errors, word(120_000))).toBe(true);
  expect(isTold(healthy, { state: 'paused', reason: 'credentials_refused' }, word(0))).toBe(true);
  expect(isTold(healthy, { state: 'paused', reason: 'paused_by_hand' }, word(999_999))).toBe(false);
});

test('a key that expires is warned of at 14, 3 and 1 days, each once as time goes by', () => {
  const seen: (number | null)[] = [];
  for (let days = 20; days >= -2; days -= 1) {
    const left = daysToExpiry({ wireNow: NOW, expires: { secret: 'token', at: at(days * DAY_MS) } });
    const warning = expiryWarning(left);
    if (warning !== seen.at(-1)) seen.push(warning);
  }
  expect(seen).toEqual([null, ...EXPIRY_DAYS]);
  expect(expiryWarning(null)).toBeNull();
});
