import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { WorldRow } from '../sandbox/frame/types.ts';

const DAY_MS = 86_400_000;

export const accountId = (index: number) => `c_${String(index).padStart(4, '0')}`;
export const adminOf = (account: string) => ({
  id: `u_${account}`,
  email: `admin@${account.replace('_', '-')}.example`,
});
/** Each company has an account manager of its own: people come in pages as well. */
export const managerOf = (account: string) => ({ id: `am_${account}`, email: `am_${account}@vendor.example` });

/** So many companies on plan `starter` of product `core`, with one reading of a gauge and one of a counter each. */
export function writeWorld(folder: string, accounts: number, now: Date): string {
  const at = (days: number) => new Date(now.getTime() + days * DAY_MS).toISOString();
  const receivedAt = at(0);
  const period = { periodStart: `${at(-10).slice(0, 10)}T00:00:00Z`, periodEnd: `${at(20).slice(0, 10)}T00:00:00Z` };
  const rows = Array.from({ length: accounts }, (_, index): WorldRow[] => {
    const account = accountId(index);
    const reading = { type: 'reading' as const, receivedAt, observedAt: at(-1), account, product: 'core', ...period };
    return [
      {
        type: 'account',
        receivedAt,
        account,
        name: `Company ${index}`,
        segment: 'smb',
        employees: 40,
        timezone: 'UTC',
        region: 'us',
        arrCents: 358_800,
        renewalDate: at(200).slice(0, 10),
        admin: { ...adminOf(account), role: 'admin' },
        owner: managerOf(account),
      },
      { type: 'subscription', receivedAt, account, product: 'core', plan: 'starter', mrrCents: 29_900, ...period },
      { ...reading, id: `seats-${account}`, metric: 'seats', used: 3 + (index % 5), limit: 10 },
      { ...reading, id: `calls-${account}`, metric: 'api_calls', used: 100 + index, limit: 10_000 },
    ];
  }).flat();
  const file = path.join(folder, `world-${accounts}.usage.ndjson`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}
