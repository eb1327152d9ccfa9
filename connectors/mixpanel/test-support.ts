/** Set-up shared by this folder's tests: the connector connected to some address, and canned answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reading } from '../../domain/model.ts';
import type { BudgetUse } from '../kit/budget.ts';
import type { UsagePage, UsageRequest, UsageSource } from '../kit/capabilities.ts';
import type { ConnectDependencies } from '../kit/connector.ts';
import { type FakeDependencies, fakeDependencies } from '../kit/testing/dependencies.ts';
import { callWithin } from '../kit/time-limit.ts';
import { mixpanel } from './index.ts';

export const SECRETS = { MIXPANEL_USER: 'sandbox.a1.mp-service-account', MIXPANEL_SECRET: 'open-sesame' };

export interface Connected {
  usage: UsageSource;
  check: () => Promise<void>;
  dependencies: FakeDependencies;
}

export function connect(
  url: string,
  more: Partial<ConnectDependencies> & {
    refuse?: (use: BudgetUse) => void;
    settings?: Record<string, unknown>;
    secrets?: Record<string, string>;
  } = {},
): Connected {
  const dependencies = fakeDependencies({
    name: 'product_usage',
    connection: {
      connector: 'mixpanel',
      mode: 'sandbox',
      sandbox_url: url,
      account_key: 'company_id',
      auth: { username: 'env:MIXPANEL_USER', secret: 'env:MIXPANEL_SECRET' },
      region: 'us',
      project_id: '3187201',
      timezone: 'America/New_York',
      data_group_id: '-6521893041173295871',
      ...more.settings,
    },
    secrets: more.secrets ?? SECRETS,
    scale: more.clock?.scale,
    refuse: more.refuse,
  });
  const { usage, check } = mixpanel.connect(dependencies);
  if (!usage || !check) throw new Error('Mixpanel is a usage source');
  return { usage, check: () => check(callWithin(5_000)), dependencies };
}

/** Answers every request with one canned reply and keeps what was asked. */
export async function startCanned(status: number, body: unknown, headers: Record<string, string> = {}) {
  const requests: { method: string; url: URL; headers: Record<string, string | string[] | undefined>; body: string }[] =
    [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    requests.push({
      method: request.method ?? '',
      url: new URL(request.url ?? '/', 'http://127.0.0.1'),
      headers: request.headers,
      body: text,
    });
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
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

export const apiCalls = {
  metric: 'api_calls',
  product: 'api',
  resets: 'billing_period' as const,
  read: { segmentation: { event: 'API Call' } },
};
export const seats = {
  metric: 'seats',
  product: 'core',
  resets: 'never' as const,
  read: { engage: { property: 'seats', limit_property: 'seats_limit' } },
};

export function usageRequest(now: string, more: Partial<UsageRequest> = {}): UsageRequest {
  return { metrics: [], facts: [], periodOf: () => null, checkpoint: null, now, ...more };
}

export async function sweep(usage: UsageSource, request: UsageRequest): Promise<UsagePage & { pages: number }> {
  const all: UsagePage & { pages: number } = {
    readings: [],
    facts: [],
    rejects: [],
    complete: false,
    checkpoint: null,
    pages: 0,
  };
  for await (const page of usage.readUsage(request, callWithin(10_000))) {
    all.readings.push(...page.readings);
    all.facts.push(...page.facts);
    all.rejects.push(...page.rejects);
    all.complete = page.complete;
    all.checkpoint = page.checkpoint;
    all.pages += 1;
  }
  return all;
}

/** `used` of the value now and of the one at the last midnight. */
export function values(
  readings: Reading[],
  account: string,
): { now: number | undefined; atMidnight: number | undefined } {
  const own = readings.filter((reading) => reading.account === account);
  return { now: own.find(({ partial }) => partial)?.used, atMidnight: own.find(({ partial }) => !partial)?.used };
}
