import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openConnections } from '../activities/connections.ts';
import type { Deps } from '../activities/deps.ts';
import { config } from '../config/schema/index.ts';
import type { Capabilities } from '../connectors/kit/capabilities.ts';
import { refused } from '../connectors/kit/webhook.ts';
import { planSweeps, warnOfStretched } from './schedules.ts';

const MINUTE = 60_000;

function hub(): { deps: Deps; told: string[] } {
  const told: string[] = [];
  const parsed = config.parse({
    version: 1,
    company: { name: 'Acme', timezone: 'UTC', currency: 'usd' },
    connections: { product_usage: { connector: 'mixpanel', mode: 'sandbox' } },
    products: { core: { plans: { starter: { price: 'p', limits: { seats: 5 } } } } },
    metrics: {
      seats: {
        product: 'core',
        from: 'product_usage',
        read: { engage: { property: 'seats' } },
        resets: 'never',
        every: '15m',
      },
    },
    triggers: { usage_80: { when: 'utilization', at: 0.8, play: 'summary' } },
    play_order: ['summary'],
    plays: { summary: { steps: [{ id: 'mail', send: { template: 't', by: 'email', to: 'primary_admin' } }] } },
    routing: { fallback: { slack: '#x', email: 'a@acme.example' } },
  });
  const log = pino({}, { write: (line: string) => void told.push(JSON.parse(line).msg) });
  const capabilities = {};
  const connections = openConnections([
    { name: 'product_usage', connector: 'mixpanel', mode: 'sandbox', capabilities },
  ]);
  // Safe: plans look at config, connections and the log only.
  const deps = { configs: { current: () => ({ config: parsed }) }, connections, log } as unknown as Deps;
  return { deps, told };
}

test('a connection is read as often as config asks while the vendor allows it', () => {
  const { deps, told } = hub();
  const plans = planSweeps(deps, 8_000);
  expect(plans).toEqual([{ connection: 'product_usage', everyMs: 15 * MINUTE, actualMs: 15 * MINUTE }]);
  warnOfStretched(deps, plans);
  expect(told).toEqual([]);
});

test('a CRM is read every quarter of an hour, and once a day where its webhooks tell what changes', () => {
  const { deps } = hub();
  // Safe: plans only ask whether it is there.
  const crm = {} as Capabilities['crm'];
  const open = {
    connector: 'hubspot',
    mode: 'sandbox' as const,
    capabilities: { crm, receive: () => refused(503, '') },
  };
  deps.connections = openConnections([
    { name: 'crm', ...open },
    { name: 'quiet', ...open },
  ]);
  const { config: parsed } = deps.configs.current();
  const connection = { connector: 'hubspot', mode: 'sandbox' as const, auth: {} };
  parsed.connections = { crm: { ...connection, webhook_secret: 'env:HUBSPOT_CLIENT_SECRET' }, quiet: connection };
  expect(planSweeps(deps, 100)).toMatchObject([
    { connection: 'crm', actualMs: 24 * 60 * MINUTE },
    { connection: 'quiet', actualMs: 15 * MINUTE },
  ]);
});

test('with more accounts than the quota can read in time it is read more rarely, and a warning says so', () => {
  const { deps, told } = hub();
  const plans = planSweeps(deps, 79_500);
  // 80 pages, of 40 queries an hour.
  expect(plans).toEqual([{ connection: 'product_usage', everyMs: 15 * MINUTE, actualMs: 120 * MINUTE }]);
  warnOfStretched(deps, plans);
  expect(told).toEqual([expect.stringContaining('product_usage is read every 120 min instead of every 15 min')]);
});
