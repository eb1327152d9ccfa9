/** Set-up shared by tests against this simulator. */
import fastify from 'fastify';
import type { TwinContext, WorldAccount, WorldReading, WorldRow } from '../../../sandbox/frame/types.ts';
import { makeMixpanelTwin } from './index.ts';

export interface RunningTwin<Context extends TwinContext> {
  context: Context;
  url: string;
  apply: (...rows: WorldRow[]) => void;
  close: () => Promise<void>;
}

/** Listens on a free loopback port until closed. */
export async function startTwin<Context extends TwinContext>(context: Context): Promise<RunningTwin<Context>> {
  const twin = makeMixpanelTwin(context);
  const server = fastify({ forceCloseConnections: true });
  await twin.routes?.(server);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    context,
    url,
    apply: (...rows) => {
      for (const row of rows) twin.apply(row);
    },
    close: () => server.close(),
  };
}

let rows = 0;
export function worldReading(
  row: Partial<WorldReading> & { account: string; observedAt: string; used: number },
): WorldReading {
  rows += 1;
  return {
    type: 'reading',
    receivedAt: row.observedAt,
    id: `r${rows}`,
    product: 'api',
    metric: 'api_calls',
    limit: 100_000,
    periodStart: '2026-03-01T00:00:00Z',
    periodEnd: '2026-04-01T00:00:00Z',
    ...row,
  };
}

export function worldAccount(account: string): WorldAccount {
  return {
    type: 'account',
    receivedAt: '2026-03-01T00:00:00Z',
    account,
    name: `Account ${account}`,
    segment: 'smb',
    employees: 20,
    timezone: 'America/New_York',
    region: 'us',
    arrCents: 100_000,
    renewalDate: '2026-12-31',
    admin: { id: `u_${account}`, email: `${account}@customer.example`, role: 'admin' },
    owner: { id: 'am_1', email: 'am_1@vendor.example' },
  };
}
