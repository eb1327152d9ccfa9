import { expect, test } from 'vitest';
import { config } from '../config/schema/index.ts';
import { MissingPublicUrlError, requirePublicUrl } from './configs.ts';

const withModes = (modes: Record<string, 'live' | 'sandbox'>) =>
  config.parse({
    version: 1,
    company: { name: 'Acme', timezone: 'UTC', currency: 'usd' },
    connections: Object.fromEntries(Object.entries(modes).map(([name, mode]) => [name, { connector: 'stripe', mode }])),
    products: { core: { plans: { starter: { price: 'p', limits: { seats: 5 } } } } },
    metrics: { seats: { product: 'core', from: 'billing', read: { property: 'seats' }, resets: 'never' } },
    triggers: { usage_80: { when: 'utilization', at: 0.8, play: 'summary' } },
    play_order: ['summary'],
    plays: { summary: { steps: [{ id: 'mail', send: { template: 't', by: 'email', to: 'primary_admin' } }] } },
    routing: { fallback: { slack: '#x', email: 'a@acme.example' } },
  });

test('parts that run apart need a common address once a connection is live, and the error names which', () => {
  const live = withModes({ billing: 'live', chat: 'sandbox', mail: 'live' });
  expect(() => requirePublicUrl(live, null)).toThrow(MissingPublicUrlError);
  expect(() => requirePublicUrl(live, null)).toThrow('live: billing, mail');
  expect(() => requirePublicUrl(live, 'https://a.example')).not.toThrow();
  expect(() => requirePublicUrl(withModes({ billing: 'sandbox' }), null)).not.toThrow();
});
