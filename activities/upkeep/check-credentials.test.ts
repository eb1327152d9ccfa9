import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AuthenticationError } from '../../connectors/kit/errors.ts';
import { addMs } from '../../domain/clock.ts';
import { claimOutbox, inTransaction, listPauses, markSent, type Store, setPause } from '../../store/index.ts';
import { freshStore } from '../../test/support/store.ts';
import { T0 } from '../../test/support/store-rows.ts';
import { openConnections } from '../connections.ts';
import type { Deps } from '../deps.ts';
import { pauseForCredentials } from '../effects/credentials.ts';
import { checkConnection, checkCredentials, liftPauses } from './check-credentials.ts';

const MINUTE = 60_000;
const BEGIN = Date.parse(T0);
const by = { actor: 'rita', door: 'api' };
const refused = new AuthenticationError('401: the token is revoked', { connector: 'hubspot', operation: 'check' });

let store: Store;
let close: () => Promise<void>;
let n = 0;
let crm = '';
let wireNow = BEGIN;
/** Whether the vendor takes our key, and how often it was asked. */
let works = false;
let asked = 0;

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());
beforeEach(() => {
  crm = `crm${n++}`;
  wireNow = BEGIN;
  works = false;
  asked = 0;
});

/** What it needs of the hub, and no more. @param scale of the business clock */
function deps(scale = 1): Deps {
  const check = async () => {
    asked += 1;
    if (!works) throw refused;
  };
  return {
    store,
    clock: { startedAt: T0, epoch: T0, scale },
    connections: openConnections([{ name: crm, connector: 'hubspot', mode: 'sandbox', capabilities: { check } }]),
    now: () => addMs(T0, (wireNow - BEGIN) * scale),
    wireNow: () => wireNow,
    log: { warn: () => {}, error: () => {} },
  } as unknown as Deps;
}

const isPaused = async () => (await inTransaction(store, listPauses)).some(({ name }) => name === crm);
async function sentErrands() {
  return await inTransaction(store, async (tx) => {
    const messages = await claimOutbox(tx, 100, { wireNow, leaseMs: 1_000 });
    await markSent(
      tx,
      messages.map(({ id }) => id),
      wireNow,
    );
    return messages.filter(({ kind }) => kind === 'errand').map(({ body }) => body);
  });
}

test('refused credentials send one errand, however many calls are refused', async () => {
  await pauseForCredentials(deps(), crm, refused);
  await pauseForCredentials(deps(), crm, refused);
  expect(await isPaused()).toBe(true);
  expect(await sentErrands()).toEqual([{ kind: 'check_credentials', connection: crm, wireSince: BEGIN }]);
});

test('they are tried after a minute, then less and less often, until they work', async () => {
  await pauseForCredentials(deps(), crm, refused);
  const errand = { kind: 'check_credentials', connection: crm, wireSince: wireNow } as const;
  const at: number[] = [];
  for (let left = 6; left > 0; left--) {
    const result = await checkCredentials(deps(), errand);
    if (result.kind !== 'wait') throw new Error('it does not wait');
    wireNow = Date.parse(result.until);
    at.push((wireNow - BEGIN) / MINUTE);
  }
  expect(at).toEqual([1, 6, 21, 81, 261, 621]);
  // Not at the very first: they were refused a moment ago.
  expect(asked).toBe(5);
  works = true;
  expect(await checkCredentials(deps(), errand)).toEqual({ kind: 'ended', as: 'lifted' });
  expect(await isPaused()).toBe(false);
  expect(await checkCredentials(deps(), errand)).toEqual({ kind: 'ended', as: 'not_paused' });
});

test('the waits are real time, on a fast business clock as well', async () => {
  await pauseForCredentials(deps(3_600), crm, refused);
  const result = await checkCredentials(deps(3_600), {
    kind: 'check_credentials',
    connection: crm,
    wireSince: wireNow,
  });
  expect(result).toEqual({ kind: 'wait', until: addMs(T0, 3_600 * MINUTE) });
});

test('a person who asks, or a hub that starts, need not wait', async () => {
  await pauseForCredentials(deps(), crm, refused);
  expect(await checkConnection(deps(), crm, by)).toEqual({ works: false, problem: refused.message, lifted: false });
  works = true;
  expect(await checkConnection(deps(), crm, by)).toEqual({ works: true, problem: null, lifted: true });
  expect(await checkConnection(deps(), crm, by)).toEqual({ works: true, problem: null, lifted: false });
  await pauseForCredentials(deps(), crm, refused);
  expect(await liftPauses(deps())).toEqual([crm]);
});

test("a person's pause is never replaced, and never ends by itself", async () => {
  works = true;
  await inTransaction(store, (tx) =>
    setPause(tx, { scope: 'connection', name: crm }, { ...by, now: T0, reason: 'new price list' }),
  );
  await sentErrands();
  await pauseForCredentials(deps(), crm, refused);
  expect(await sentErrands()).toEqual([]);
  expect(await liftPauses(deps())).toEqual([]);
  expect(await checkConnection(deps(), crm, by)).toMatchObject({ works: true, lifted: false });
  wireNow += MINUTE;
  const errand = { kind: 'check_credentials', connection: crm, wireSince: BEGIN } as const;
  expect(await checkCredentials(deps(), errand)).toEqual({ kind: 'ended', as: 'not_paused' });
  expect((await inTransaction(store, listPauses)).find(({ name }) => name === crm)?.by).toBe('rita');
});
