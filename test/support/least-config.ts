import { config } from '../../config/schema/index.ts';

/** A config that names nothing: every setting at its default. */
export const leastConfig = config.parse({
  version: 1,
  company: { name: 'Tidewater', timezone: 'UTC', currency: 'usd' },
  connections: {},
  products: {},
  metrics: {},
  triggers: {},
  play_order: [],
  plays: {},
  routing: { fallback: { slack: '#expansion', email: 'env:REVOPS_EMAIL' } },
});
