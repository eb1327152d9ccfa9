/** Set-up shared by this folder's tests: the connector against its simulator, or against canned answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { config as configSchema } from '../../../config/schema/index.ts';
import type {
  Directory,
  WorldAccount,
  WorldReading,
  WorldRow,
  WorldSubscription,
} from '../../../sandbox/frame/types.ts';
import type { Billing, BillingCustomer, ReceiveWebhook } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import { type FakeDependencies, fakeDependencies } from '../../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { callWithin } from '../../kit/time-limit.ts';
import { stripe } from '../index.ts';
import { makeStripeTwin } from '../twin/index.ts';

export const START = '2026-03-02T00:00:00.000Z';
export const SECRETS = { STRIPE_KEY: 'sk_test_sandbox123456', STRIPE_WEBHOOK_SECRET: 'whsec_sandbox123456' };

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

const config = configSchema.parse({
  version: 1,
  company: { name: 'Tidewater Analytics', timezone: 'America/New_York', currency: 'usd' },
  connections: {},
  products: Object.fromEntries(
    Object.entries(CATALOGUE).map(([product, plans]) => [
      product,
      {
        plans: Object.fromEntries(
          Object.entries(plans).map(([plan, { priceKey }]) => [plan, { price: priceKey, limits: {} }]),
        ),
      },
    ]),
  ),
  metrics: {},
  triggers: {},
  play_order: [],
  plays: {},
  routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
});

export interface Connected {
  billing: Billing;
  receive: ReceiveWebhook;
  check: (call: Call) => Promise<void>;
  dependencies: FakeDependencies;
}

export function connect(
  url: string,
  more: { mode?: 'sandbox' | 'live'; secrets?: Record<string, string> } = {},
): Connected {
  const dependencies = fakeDependencies({
    name: 'billing',
    connection: {
      connector: 'stripe',
      mode: more.mode ?? 'sandbox',
      sandbox_url: url,
      account_key: 'metadata.account_id',
      auth: { key: 'env:STRIPE_KEY' },
      webhook_secret: 'env:STRIPE_WEBHOOK_SECRET',
    },
    secrets: more.secrets ?? SECRETS,
  });
  dependencies.config = config;
  const { billing, receive, check } = stripe.connect(dependencies);
  if (!billing || !receive || !check) throw new Error('Stripe offers billing, webhooks and a check');
  return { billing, receive, check, dependencies };
}

export const call = () => callWithin(5_000);

export async function readAllCustomers(billing: Billing): Promise<BillingCustomer[]> {
  const all: BillingCustomer[] = [];
  for await (const page of billing.readCustomers(call())) all.push(...page);
  return all;
}

export interface RunningTwin {
  context: FakeTwinContext;
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

export async function startTwin(rows: WorldRow[] = seed()): Promise<RunningTwin> {
  const context = fakeTwinContext({ now: START, rows, secrets: SECRETS, catalogue: CATALOGUE });
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
          authorization: `Bearer ${SECRETS.STRIPE_KEY}`,
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

/** Answers every request with one canned reply and keeps what was asked. */
export async function startCanned(status: number, body: unknown, headers: Record<string, string> = {}) {
  const requests: {
    method: string;
    path: string;
    headers: Record<string, string | string[] | undefined>;
    body: string;
  }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: text });
    const answer = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a listening TCP server has a port
    close: () => {
      server.closeAllConnections();
      server.close();
    },
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
