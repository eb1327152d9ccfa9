import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Crm, CrmAccount } from '../../connectors/kit/capabilities.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import { inTransaction, type Store } from '../../store/index.ts';
import { leastConfig } from '../../test/support/least-config.ts';
import { freshStore } from '../../test/support/store.ts';
import { anAccount, T0 } from '../../test/support/store-rows.ts';
import type { Deps } from '../deps.ts';
import { sweepCrm } from './sweep.ts';
import { takeCrmAccounts } from './take-accounts.ts';

let store: Store;
let close: () => Promise<void>;
let wireNow = Date.parse(T0);

beforeAll(async () => {
  ({ store, close } = await freshStore());
});
afterAll(() => close());

// Only these are asked for here.
const deps = () =>
  ({
    store,
    configs: { current: () => ({ config: leastConfig }) },
    now: () => T0,
    wireNow: () => wireNow,
  }) as unknown as Deps;
function company(account: string, name: string): CrmAccount {
  const { id: _, ...profile } = anAccount({ name });
  return { externalId: `company-${account}`, account, profile, contacts: [], tickets: [], outreach: [] };
}

test('what a webhook brought while the sweep was at earlier pages is newer than the sweep, and stays', async () => {
  let webhook: Promise<void> | null = null;
  const beat = () => {
    const accounts = [company('second', 'New name')];
    wireNow += 1_000;
    const read = { config: leastConfig, connection: 'crm', accounts, now: T0, wireReadAt: wireNow };
    webhook ??= inTransaction(store, (tx) => takeCrmAccounts(tx, read));
    wireNow += 1_000;
  };
  const crm = {
    readOwners: async () => [],
    // As connectors do: one answer of the vendor may be handed out in pieces.
    readAccounts: async function* () {
      yield [company('first', 'First')];
      await webhook;
      yield [company('second', 'Old name')];
    },
  } as Partial<Crm> as Crm; // of which nothing else is asked here
  const run = { id: 'r1', connection: 'crm', checkpoint: null, firstRead: false, call: callWithin(5_000), beat };
  expect(await sweepCrm(deps(), crm, run)).toEqual({ accounts: 2 });
  const { rows } = await inTransaction(store, (tx) => tx.execute('select id, name from account order by id'));
  expect(rows).toEqual([
    { id: 'first', name: 'First' },
    { id: 'second', name: 'New name' },
  ]);
});
