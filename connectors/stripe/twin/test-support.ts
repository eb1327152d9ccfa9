/** Set-up shared by tests against this simulator. */
import fastify from 'fastify';
import type {
  Directory,
  TwinContext,
  WorldAccount,
  WorldReading,
  WorldRow,
  WorldSubscription,
} from '../../../sandbox/frame/types.ts';
import { makeStripeTwin } from './index.ts';

export const START = '2026-03-02T00:00:00.000Z';

export const CATALOGUE: Directory['catalogue'] = {
  core: {
    starter: { mrrCents: 29_900, limits: { seats: 10, storage_gb: 50 }, priceKey: 'core_starter_monthly' },
    team: { mrrCents: 99_900, limits: { seats: 25, storage_gb: 250 }, priceKey: 'core_team_monthly' },
    pro: { mrrCents: 299_900, limits: { seats: 100, storage_gb: 1_000 }, priceKey: 'core_pro_monthly' },
  },
  api: {
    starter: { mrrCents: 4_900, limits: { api_calls: 100_000 }, priceKey: 'api_starter_monthly' },
    payg: { mrrCents: null, limits: { api_calls: null }, priceKey: 'api_payg_monthly' },
  },
};

/** What tests need beyond a twin's own context: what was sent to the hub. */
type Observed = TwinContext & { deliveries: { body: string }[] };

export interface RunningTwin<Context extends Observed> {
  context: Context;
  url: string;
  apply: (...rows: WorldRow[]) => void;
  act: (name: string, input: Record<string, string | number>) => Promise<unknown>;
  /** A request as any client would make it, with the right key. */
  request: (
    method: string,
    path: string,
    form?: string,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; headers: Headers; body: Reply }>;
  /** Events sent to the hub so far, oldest first. */
  events: () => { id: string; type: string; data: { object: Reply } }[];
  close: () => Promise<void>;
}
// Replies of many shapes, looked into by tests only.
// biome-ignore lint/suspicious/noExplicitAny: a wrong guess fails the test that made it
export type Reply = any;

/** Listens on a free loopback port until closed. */
export async function startTwin<Context extends Observed>(
  context: Context,
  rows: WorldRow[] = seed(),
): Promise<RunningTwin<Context>> {
  const twin = makeStripeTwin(context);
  const server = fastify({ forceCloseConnections: true });
  await server.register(async (scope) => twin.routes?.(scope));
  for (const row of rows) twin.apply(row);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    context,
    url,
    apply: (...more) => {
      for (const row of more) twin.apply(row);
    },
    act: async (name, input) => twin.acts[name]?.(input),
    request: async (method, path, form, headers = {}) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${context.secrets.STRIPE_KEY}`,
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(form === undefined ? {} : { body: form }),
        redirect: 'manual',
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text.startsWith('{') ? JSON.parse(text) : text,
      };
    },
    events: () => context.deliveries.map(({ body }) => JSON.parse(body)),
    close: () => server.close(),
  };
}

export function worldAccount(account: string, more: Partial<WorldAccount> = {}): WorldAccount {
  return {
    type: 'account',
    receivedAt: START,
    account,
    name: `Company ${account}`,
    segment: 'smb',
    employees: 20,
    timezone: 'America/New_York',
    region: 'us',
    arrCents: 100_000,
    renewalDate: '2026-12-31',
    admin: { id: `u_${account}`, email: `${account}@customer.example`, role: 'admin' },
    owner: { id: 'am_1', email: 'am_1@vendor.example' },
    ...more,
  };
}

export function worldSubscription(
  account: string,
  plan: string | null,
  more: Partial<WorldSubscription> = {},
): WorldSubscription {
  return {
    type: 'subscription',
    receivedAt: START,
    account,
    product: 'core',
    plan,
    mrrCents: 0,
    periodStart: '2026-02-15T00:00:00Z',
    periodEnd: '2026-03-15T00:00:00Z',
    ...more,
  };
}

export function worldReading(
  account: string,
  limit: number,
  at: string,
  more: Partial<WorldReading> = {},
): WorldReading {
  return {
    type: 'reading',
    receivedAt: at,
    observedAt: at,
    id: `r_${account}_${at}`,
    account,
    product: 'core',
    metric: 'seats',
    used: 5,
    limit,
    periodStart: null,
    periodEnd: null,
    ...more,
  };
}

/** One account on core starter. */
export function seed(): WorldRow[] {
  return [worldAccount('a_1'), worldSubscription('a_1', 'starter')];
}
