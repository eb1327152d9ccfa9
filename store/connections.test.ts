import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Health } from '../domain/connection/types.ts';
import { freshStore } from '../test/support/store.ts';
import { minutesLater, T0 } from '../test/support/store-rows.ts';
import {
  addCalls,
  claimOutbox,
  inTransaction,
  listHealth,
  listTransitions,
  lockHealth,
  recentCalls,
  recordHealth,
  type Store,
  type Tx,
  tellIfDue,
  warnOnce,
} from './index.ts';

let store: Store;
let close: () => Promise<void>;
let name = '';
let n = 0;
const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(store, work);
const WIRE = 1_800_000_000_000;
const MINUTE = 60_000;
const stamp = (minutes = 0) => ({ now: minutesLater(minutes), wireNow: WIRE + minutes * MINUTE });
const refused: Health = { state: 'paused', reason: 'credentials_refused', detail: '401', wireUntil: null };
const errors: Health = { state: 'degraded', reason: 'errors', detail: '9 of 10', wireUntil: null };
const healthy: Health = { state: 'healthy', reason: null, detail: null, wireUntil: null };

beforeAll(async () => {
  ({ store, close } = await freshStore(8));
});
afterAll(() => close());
beforeEach(() => {
  name = `c${n++}`;
});

/** A look at a connection, as a server takes it. @returns whether its owner is told */
const look = (health: Health, minutes = 0) =>
  run(async (tx) => {
    const before = await lockHealth(tx, name, stamp(minutes));
    await recordHealth(tx, before, health, stamp(minutes));
    return await tellIfDue(tx, name, stamp(minutes));
  });
const told = () =>
  run(async (tx) => {
    const messages = await claimOutbox(tx, 100, { wireNow: Date.now(), leaseMs: 60_000 });
    return messages.map(({ kind, target }) => `${kind} ${target}`);
  });

test('calls of all processes are added up, by the last five minutes', async () => {
  const one = { ok: 1, failed: 2, limited: 3 };
  await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map(() =>
      run((tx) =>
        addCalls(
          tx,
          [
            ['b', one],
            [name, one],
          ],
          WIRE,
        ),
      ),
    ),
  );
  expect((await run((tx) => recentCalls(tx, WIRE + 4 * MINUTE))).get(name)).toEqual({ ok: 8, failed: 16, limited: 24 });
  expect((await run((tx) => recentCalls(tx, WIRE + 5 * MINUTE))).get(name)).toBeUndefined();
});

test('of eight servers that look at once one writes the transition and one tells of it', async () => {
  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => look(refused)));
  expect(answers.filter(Boolean)).toHaveLength(1);
  const [only, ...others] = await run((tx) => listTransitions(tx, name));
  expect(others).toEqual([]);
  expect(only).toMatchObject({ fromState: 'healthy', state: 'paused', reason: 'credentials_refused', told: true });
  expect(await told()).toEqual([`errand errand:transition:${only?.id}`]);
});

test('what is over before it lasts is never told; what lasts is told once, and its end too', async () => {
  expect(await look(errors, 0)).toBe(false);
  expect(await look(errors, 1)).toBe(false);
  expect(await look(healthy, 1.5)).toBe(false);
  expect(await look(errors, 3)).toBe(false);
  expect(await look({ ...errors, detail: '10 of 10' }, 5)).toBe(true);
  expect(await look(errors, 6)).toBe(false);
  expect(await look(healthy, 7)).toBe(true);
  // Within the hour the same trouble is no news.
  expect(await look(errors, 10)).toBe(false);
  expect(await look(errors, 20)).toBe(false);
  expect(await look(healthy, 21)).toBe(false);
});

test('since counts from the transition, not from the last word about it', async () => {
  await look(errors, 0);
  await look({ ...errors, detail: '10 of 10' }, 5);
  const row = (await run(listHealth)).find((one) => one.connection === name);
  expect(row).toMatchObject({ state: 'degraded', detail: '10 of 10', since: T0, wireSince: WIRE });
});

test('the history stays small', async () => {
  for (let minute = 0; minute < 120; minute += 2) await look(minute % 4 === 0 ? errors : healthy, minute);
  const kept = await run((tx) => listTransitions(tx, name, 500));
  expect(kept).toHaveLength(50);
  expect(kept[0]?.at).toBe(minutesLater(118));
});

test('each warning of a credential’s end is given once, and anew for a new credential', async () => {
  const warn = (days: number, expiresAt = '2027-01-31T00:00:00.000Z') =>
    run((tx) => warnOnce(tx, { connection: name, secret: 'token', expiresAt, days }, T0));
  const first = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => warn(14)));
  expect(first.filter(Boolean)).toHaveLength(1);
  expect(await warn(3)).toBe(true);
  expect(await warn(3)).toBe(false);
  expect(await warn(14, '2028-01-31T00:00:00.000Z')).toBe(true);
  expect((await told()).filter((message) => message.includes(`expiry:${name}`))).toHaveLength(3);
});
