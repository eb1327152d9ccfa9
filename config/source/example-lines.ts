import type { Path } from '../problem.ts';

/** A line that is right, by place; `*` stands for a name or index that people choose. The longest fit wins. */
const EXAMPLES: Record<string, string> = {
  '': 'version: 1',
  version: 'version: 1',
  company: 'company: { name: Tidewater Analytics, timezone: America/New_York, currency: usd }',
  'company.name': 'name: Tidewater Analytics',
  'company.timezone': 'timezone: America/New_York',
  'company.currency': 'currency: usd',
  'company.mail_from': 'mail_from: Tidewater <success@tidewater.example>',
  'company.postal_address': 'postal_address: 1 Harbour Street, Portland, ME 04101, USA',
  'company.accounts_expected': 'accounts_expected: 1500',
  'company.own_domains': 'own_domains: [tidewater.example]',
  connections: 'billing: { connector: stripe, mode: live, auth: { key: env:STRIPE_KEY } }',
  'connections.*.mode': 'mode: live',
  'connections.*.account_key': 'account_key: metadata.account_id',
  'connections.*.auth': 'auth: { key: env:STRIPE_KEY }',
  'connections.*.auth.*': 'key: env:STRIPE_KEY',
  'connections.*.webhook_secret': 'webhook_secret: env:STRIPE_WEBHOOK_SECRET',
  'connections.*.expires': 'expires: { key: 2027-01-31 }',
  'connections.*.expires.*': 'key: 2027-01-31',
  products: 'core: { plans: { starter: { price: starter_monthly, limits: { seats: 10 } } } }',
  'products.*.plans': 'starter: { price: starter_monthly, limits: { seats: 10 } }',
  'products.*.plans.*.limits': 'limits: { seats: 10, storage_gb: 50 }',
  'products.*.plans.*.limits.*': 'seats: 10',
  'products.*.plans.*.next': 'next: pro',
  'products.*.plans.*.pricing': 'pricing: usage',
  'products.*.features':
    'api_access: { tier: pro, name: API access, because: "facts.csv_rows_30d > 1000", line: "{{ facts.csv_rows_30d | number }} rows by hand" }',
  'products.*.features.*.tier': 'tier: pro',
  'products.*.features.*.because': 'because: "facts.csv_rows_30d > 1000"',
  'products.*.features.*.used_when': 'used_when: "facts.api_keys > 0"',
  'products.*.features.*.line': 'line: "{{ facts.csv_rows_30d | number }} rows imported by hand in 30 days"',
  'products.*.social_proof': 'pro: { count: segment }',
  metrics: 'seats: { product: core, from: product_usage, read: { engage: { property: seats } }, resets: never }',
  'metrics.*.resets': 'resets: billing_period',
  'metrics.*.every': 'every: 15m',
  'metrics.*.stale_after': 'stale_after: 6h',
  'metrics.*.read': 'read: { engage: { property: seats } }',
  facts: 'api_keys: { from: product_usage, read: { engage: { property: api_keys } }, sample: 0 }',
  'facts.*.read': 'read: { engage: { property: api_keys } }',
  triggers: 'usage_80: { when: utilization, at: 0.80, play: summary }',
  'triggers.*.when': 'when: utilization',
  'triggers.*.at': 'at: 0.80',
  'triggers.*.rearm_below': 'rearm_below: 0.75',
  'triggers.*.held_for': 'held_for: 2 readings',
  'triggers.*.growth': 'growth: 0.25',
  'triggers.*.play': 'play: summary',
  'triggers.*.cap': 'cap: { max: 1, per: period }',
  'triggers.*.metrics': 'metrics: [seats, storage_gb]',
  'triggers.*.products': 'products: [core]',
  play_order: 'play_order: [success_talk, route_to_am, urgent, summary]',
  plays: 'summary: { steps: [ { id: mail, send: { template: usage-summary, by: email, to: primary_admin } } ] }',
  'plays.*.steps': '- { id: mail, send: { template: usage-summary, by: email, to: primary_admin } }',
  'plays.*.steps.*.if': 'if: "outcome == \'none\'"',
  'plays.*.steps.*.wait_for': 'wait_for: { any: [upgraded, trial_started, engaged], up_to: 7d }',
  'plays.*.steps.*.alert': 'alert: { to: account_manager, by: [slack, crm_task], sla: 48h }',
  'plays.*.steps.*.on_no_upgrade': 'on_no_upgrade: [ { id: tag, tag_for_qbr: {} } ]',
  guardrails: 'touches_per_account: { max: 2, per: 30d }',
  'guardrails.touches_per_trigger_event': 'touches_per_trigger_event: 2',
  'guardrails.quiet_hours': 'quiet_hours: { from: "18:00", to: "08:00", weekends: true, zone: account }',
  'guardrails.unengaged_prompts': 'unengaged_prompts: { count: 2, within: 7d, cooldown: 90d }',
  'guardrails.never_while': 'never_while: [open_severe_ticket, incident]',
  trials: 'trials: { length: 14d, remind_before: 3d }',
  'trials.length': 'length: 14d',
  'trials.remind_before': 'remind_before: 3d',
  'trials.offer_expires': 'offer_expires: 14d',
  'trials.mails': 'mails: { started: trial-started, reminder: trial-reminder, ended: trial-ended }',
  attribution: 'attribution: { model: last_engaged, window: 60d }',
  'attribution.window': 'window: 60d',
  onboarding: 'pro: { steps: [ { id: welcome, send: { template: welcome-pro, by: email, to: primary_admin } } ] }',
  identity: 'identity: { primary_admin: [crm_role, billing_contact] }',
  roles: 'roles: { am: [owner_in_crm], revops: [env:REVOPS_EMAIL] }',
  routing: 'routing: { fallback: { slack: "#expansion", email: env:REVOPS_EMAIL } }',
  'routing.fallback': 'fallback: { slack: "#expansion", email: env:REVOPS_EMAIL }',
};

const patterns = Object.entries(EXAMPLES)
  .map(([place, example]) => ({ steps: place === '' ? [] : place.split('.'), example }))
  .toSorted((a, b) => b.steps.length - a.steps.length);

/** The example for this place, else of the nearest place above it. */
export function exampleFor(path: Path): string {
  const fit = patterns.find(({ steps }) =>
    steps.every((step, i) => i < path.length && (step === '*' || step === path[i])),
  );
  return fit?.example ?? 'version: 1';
}
