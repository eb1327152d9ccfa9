import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { InvalidInputError, TransientError } from '../../connectors/kit/errors.ts';
import {
  finishSweep,
  inTransaction,
  LostLeaseError,
  lockHealth,
  recordHealth,
  type Store,
  sweepFailure,
  takeSweepLease,
} from '../../store/index.ts';
import { freshStore } from '../../test/support/store.ts';
import { T0 } from '../../test/support/store-rows.ts';
import type { Deps } from '../deps.ts';
import { sweepFailed } from './failed.ts';

let store: Store;
let close: () => Promise<void>;
let n = 0;
let crm = '';
let wireNow = 1_000_000;
let logged: [level: string, message: string][] = [];
const origin = { connector: 'hubspot', operation: 'readAccounts' };
const away = new TransientError('hubspot answered 503', origin);

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(() => {
  crm = `crm${n++}`;
  logged = [];
});

const note = (level: string) => (_line: object, message: string) => void logged.push([level, message]);
// What it needs of the hub, and no more.
const deps = () =>
  ({
    store,
    now: () => T0,
    wireNow: () => wireNow,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
  }) as unknown as Deps;
const stamp = () => ({ now: T0, wireNow });
const why = () => inTransaction(store, async (tx) => await sweepFailure(tx, await lockHealth(tx, crm, stamp())));
async function endsWell() {
  await inTransaction(store, async (tx) => {
    await takeSweepLease(tx, crm, 'me', { ...stamp(), leaseMs: 1_000 });
    await finishSweep(tx, crm, 'me', { ...stamp(), readings: 0, rejects: 0, trips: 0 });
  });
}
async function isFound(state: 'healthy' | 'paused') {
  const reason = state === 'paused' ? 'quota_spent' : null;
  await inTransaction(store, async (tx) => {
    await recordHealth(
      tx,
      await lockHealth(tx, crm, stamp()),
      { state, reason, detail: null, wireUntil: null },
      stamp(),
    );
  });
}

test('a failed attempt is in the log with its reason; given up, it is in the status, with what to do', async () => {
  await sweepFailed(deps(), crm, away, 1);
  await sweepFailed(deps(), crm, away, 2);
  expect(await why()).toBeNull();
  await sweepFailed(deps(), crm, away, 3);
  expect(await why()).toBe('its last sweep failed: hubspot answered 503');
  expect(logged.map(([level]) => level)).toEqual(['warn', 'warn', 'error']);
  for (const [, message] of logged) expect(message).toContain(`${crm}: its sweep failed`);
  expect(logged.at(-1)?.[1]).toContain('hubspot answered 503. It is read again at its next time');
});

test('what no repetition helps is given up at once', async () => {
  await sweepFailed(deps(), crm, new InvalidInputError('no property company_id', origin), 1);
  expect(await why()).toBe('its last sweep failed: no property company_id');
});

test('another sweep that took over is no failure', async () => {
  await sweepFailed(deps(), crm, new LostLeaseError(crm, 'me'), 3);
  expect(await why()).toBeNull();
  expect(logged.map(([level]) => level)).toEqual(['info']);
});

test('it is over when a sweep ends well, and the next failure is a new one', async () => {
  await sweepFailed(deps(), crm, away, 3);
  wireNow += 1_000;
  await endsWell();
  expect(await why()).toBeNull();
  wireNow += 1_000;
  await sweepFailed(deps(), crm, new TransientError('the page was cut off', origin), 3);
  expect(await why()).toBe('its last sweep failed: the page was cut off');
});

test('what hides it for a while does not end it', async () => {
  await sweepFailed(deps(), crm, away, 3);
  await isFound('paused');
  expect(await why()).toBe('its last sweep failed: hubspot answered 503');
  wireNow += 1_000;
  await endsWell();
  expect(await why()).toBeNull();
});

test('a connection that is paused keeps the reason of its pause', async () => {
  await isFound('paused');
  await sweepFailed(deps(), crm, away, 3);
  expect(await inTransaction(store, (tx) => lockHealth(tx, crm, stamp()))).toMatchObject({ reason: 'quota_spent' });
});
