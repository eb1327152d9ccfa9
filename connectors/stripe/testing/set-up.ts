/** Set-up shared by this folder's tests: the connector connected to some address, and canned answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { config as configSchema } from '../../../config/schema/index.ts';
import type { Billing, BillingCustomer, Capabilities } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import { type FakeDependencies, fakeDependencies } from '../../kit/testing/dependencies.ts';
import { callWithin } from '../../kit/time-limit.ts';
import { stripe } from '../index.ts';

export const SECRETS = { STRIPE_KEY: 'sk_test_sandbox123456', STRIPE_WEBHOOK_SECRET: 'whsec_sandbox123456' };

const plans = (product: string, keys: string[]) => ({
  plans: Object.fromEntries(keys.map((key) => [key, { price: `${product}_${key}_monthly`, limits: {} }])),
});

const config = configSchema.parse({
  version: 1,
  company: { name: 'Tidewater Analytics', timezone: 'America/New_York', currency: 'usd' },
  connections: {},
  products: { core: plans('core', ['starter', 'team', 'pro']), api: plans('api', ['starter', 'payg']) },
  metrics: {},
  triggers: {},
  play_order: [],
  plays: {},
  routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
});

export interface Connected {
  billing: Billing;
  receive: NonNullable<Capabilities['receive']>;
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
