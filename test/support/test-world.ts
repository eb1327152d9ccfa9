import fs from 'node:fs';
import path from 'node:path';
import type { WorldAccount, WorldRow, WorldSubscription } from '../../sandbox/frame/types.ts';

/** A Monday morning in every zone that tests use. */
export const EPOCH = '2026-03-02T10:00:00.000Z';
/** Long, as nothing renews by itself: what changes after its end would be charged nothing, however slow the machine. */
const PERIOD = { periodStart: '2026-03-01T00:00:00Z', periodEnd: '2027-03-01T00:00:00Z' };

/** Who an account's people are. Nobody of the tests lives outside the example domains. */
export const adminOf = (account: string) => `admin@${account}.example`;
export const managerOf = (account: string) => `am-${account}@vendor.example`;

/** A world file with these accounts, each on the plans named, and nothing that happens by itself. */
export function writeTestWorld(folder: string, accounts: Record<string, Record<string, string>>): string {
  const rows: WorldRow[] = Object.entries(accounts).flatMap(([account, plans]) => [
    accountRow(account),
    ...Object.entries(plans).map(([product, plan]) => subscriptionRow(account, product, plan)),
  ]);
  const file = path.join(folder, 'world.usage.ndjson');
  fs.writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

function accountRow(account: string): WorldAccount {
  return {
    type: 'account',
    receivedAt: EPOCH,
    account,
    name: `The ${account} company`,
    segment: 'smb',
    employees: 40,
    timezone: 'UTC',
    region: 'us',
    arrCents: 358_800,
    renewalDate: '2026-12-31',
    admin: { id: `u_${account}`, email: adminOf(account), role: 'admin' },
    owner: { id: `am_${account}`, email: managerOf(account) },
  };
}

function subscriptionRow(account: string, product: string, plan: string): WorldSubscription {
  return { type: 'subscription', receivedAt: EPOCH, account, product, plan, mrrCents: 0, ...PERIOD };
}
