import type { Crm } from '../../connectors/kit/capabilities.ts';
import { inTransaction, upsertTeam } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import type { SweepRun } from '../sweep/run.ts';
import { takeCrmAccounts } from './take-accounts.ts';

/** Our own people first: alerts are routed to them. Then the accounts, a page a transaction. */
export async function sweepCrm(deps: Deps, crm: Crm, run: SweepRun): Promise<{ accounts: number }> {
  // Accounts can only be linked by a property that is there.
  if (run.firstRead) await crm.ensureProperties(run.call);
  const owners = await crm.readOwners(run.call);
  await inTransaction(deps.store, (tx) => upsertTeam(tx, run.connection, owners));
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
  return swept;
}
