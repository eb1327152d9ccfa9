import { createHash } from 'node:crypto';
import type { WorldAccount } from '../../../sandbox/frame/types.ts';

/**
 * What else the product would keep on an account's profile: how it works today, which suggests features of the next
 * tier. World files do not tell, so values are made up from the account's id: plausible, and the same in every run.
 */
export function profileFacts(account: WorldAccount): Record<string, number> {
  /** 0–1, independent per name. */
  const draw = (name: string) =>
    createHash('sha256').update(`${account.account}/${name}`).digest().readUInt32BE(0) / 2 ** 32;
  const between = (name: string, low: number, high: number) => Math.round(low + draw(name) * (high - low));
  const csvRows =
    draw('imports by hand') < 0.6 ? between('csv_rows_30d', 1_200, 18_000) : between('csv_rows_30d', 0, 400);
  return {
    csv_rows_30d: csvRows,
    // About 900 rows an hour by hand.
    csv_hours: Math.round((csvRows / 900) * 10) / 10,
    api_keys: draw('uses the API') < 0.35 ? between('api_keys', 1, 6) : 0,
    dashboards_30d: between('dashboards_30d', 0, 24),
    invites_pending: between('invites_pending', 0, 9),
    reports_shared_30d: between('reports_shared_30d', 0, 60),
    automations_30d: draw('automates') < 0.4 ? between('automations_30d', 1, 30) : 0,
  };
}
