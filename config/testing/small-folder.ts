import { type Files, type LoadOptions, type LoadResult, loadConfigFiles, type Problem } from '../load.ts';
import { registry } from './registry.ts';

/** A small folder without problems. Tests spoil one thing in it and look at what is said. */
export const SMALL: Files = {
  'headroom.yaml': `version: 1
company: { name: Acme, timezone: Europe/Berlin, currency: eur, postal_address: "1 Road, Berlin" }
connections:
  usage:
    connector: mixpanel
    mode: live
    region: eu
    project_id: "42"
    timezone: Europe/Berlin
    account_key: company_id
    auth: { username: env:MIXPANEL_USER, secret: env:MIXPANEL_SECRET }
  crm: { connector: hubspot, mode: live, account_key: account_id, auth: { token: env:HUBSPOT_TOKEN } }
  mail: { connector: smtp, mode: live, host: smtp.acme.example, domain: acme.example }
products:
  core:
    plans:
      starter: { price: core_starter, limits: { seats: 10, calls: 1000 } }
      pro: { price: core_pro, limits: { seats: 50, calls: 5000 } }
    features:
      api:
        name: API access
        tier: pro
        because: "facts.csv_rows > 1000"
        line: "{{ facts.csv_rows | number }} rows by hand"
metrics:
  seats: { product: core, from: usage, read: { engage: { property: seats } }, resets: never }
  calls: { product: core, from: usage, read: { segmentation: { event: Call } }, resets: billing_period }
facts:
  csv_rows: { from: usage, read: { engage: { property: csv_rows } }, sample: 4200 }
triggers:
  usage_80: { when: utilization, at: 0.8, rearm_below: 0.75, play: summary }
play_order: [summary]
plays:
  summary:
    steps:
      - { id: mail, send: { template: usage-summary, by: email, to: primary_admin } }
      - { id: wait, wait_for: { any: [upgraded, engaged], up_to: 7d } }
      - { id: ask, if: "outcome == 'none'", then: [ { id: tag, tag_for_qbr: {} } ] }
routing: { fallback: { slack: "#x", email: ops@acme.example } }
`,
  'templates/_all/usage-summary.email.md': `---
subject: "{{ meter.utilization | percent }} of {{ meter.name }} used"
category: marketing
button: See your options
---
Hi {{ person.first_name | default: "there" }},

[[usage]]

[[features]]

[[button]]
`,
};

export const ENV = { MIXPANEL_USER: 'u', MIXPANEL_SECRET: 's', HUBSPOT_TOKEN: 't' };

/** Replaces a text that must be there exactly once, so that a test cannot miss its mark. */
export function spoil(from: string, to: string, file = 'headroom.yaml'): Files {
  const text = SMALL[file] ?? '';
  if (text.split(from).length !== 2) throw new Error(`${from} stands ${text.split(from).length - 1} times in ${file}`);
  return { ...SMALL, [file]: text.replace(from, () => to) };
}

export function load(files: Files, options: Partial<LoadOptions> = {}): Promise<LoadResult> {
  return loadConfigFiles(files, '/nowhere', { connectors: registry, env: ENV, ...options });
}

export async function problemsOf(files: Files, options: Partial<LoadOptions> = {}): Promise<Problem[]> {
  const result = await load(files, options);
  return result.ok ? result.warnings : result.problems;
}
