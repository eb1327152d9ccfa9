import type { Crm } from '../../connectors/kit/capabilities.ts';
import { dropReplacedConsents, inTransaction, replaceTeam, unlinkGone } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { SweepRun } from '../sweep/run.ts';
import { takeCrmAccounts } from './take-accounts.ts';

/**
 * Wire time. Clocks differ, and a vendor's list may lag behind its reads by id: whether a record that was read shortly
 * before a sweep is gone is left to the next one.
 */
const SHORTLY_MS = 60_000;

/** Our own people first: alerts are routed to them. Then the accounts, a page a transaction; at last those that are gone. */
export async function sweepCrm(deps: Deps, crm: Crm, run: SweepRun): Promise<{ accounts: number }> {
  // Accounts can only be linked by a property that is there.
  if (run.firstRead) await crm.ensureProperties(run.call);
  const owners = await crm.readOwners(run.call);
  await inTransaction(deps.store, (tx) => replaceTeam(tx, run.connection, owners));
  const swept = { accounts: 0 };
  // Of all pages: a connector may read more companies at once than it hands out, and looks into some of them later.
  const wireReadAt = deps.wireNow();
  for await (const accounts of crm.readAccounts(run.call)) {
    const { config } = deps.configs.current();
    await inTransaction(deps.store, (tx) =>
      takeCrmAccounts(tx, { config, connection: run.connection, accounts, now: deps.now(), wireReadAt }),
    );
    swept.accounts += accounts.length;
    run.beat(swept);
  }
  // A CRM without any account is one that no longer shows them to us.
  if (swept.accounts === 0) return swept;
  // Only here is the read complete: what it did not bring is not there any more.
  await inTransaction(deps.store, async (tx) => {
    await unlinkGone(tx, run.connection, { wireReadBefore: wireReadAt - SHORTLY_MS });
    await dropReplacedConsents(tx, run.connection);
  });
  return swept;
}
