import type { Crm } from '../../connectors/kit/capabilities.ts';
import type { Call } from '../../connectors/kit/operation.ts';
import { inTransaction, unlinkGone } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { takeCrmAccounts } from './take-accounts.ts';

/** Reads these records and stores what they say now. One that the CRM does not have any more is no account's. */
export async function takeCrmAccountsById(
  deps: Deps,
  { connection, crm }: { connection: string; crm: Crm },
  externalIds: string[],
  call: Call,
): Promise<void> {
  const wireReadAt = deps.wireNow();
  const accounts = await crm.readAccountsById(externalIds, call);
  const { config } = deps.configs.current();
  await inTransaction(deps.store, (tx) =>
    takeCrmAccounts(tx, { config, connection, accounts, now: deps.now(), wireReadAt }),
  );
  const found = new Set(accounts.map(({ externalId }) => externalId));
  const gone = externalIds.filter((id) => !found.has(id));
  if (gone.length === 0) return;
  // On its own, so that links are locked in one order.
  await inTransaction(deps.store, (tx) =>
    unlinkGone(tx, connection, { externalIds: gone, wireReadBefore: wireReadAt }),
  );
}
