import { configJsonSchema } from '../../config/json-schema.ts';
import type { guardrails } from '../../config/schema/index.ts';
import { connectors } from '../../connectors/registry.ts';
import { REASONS, type ReasonCode } from '../../domain/reasons.ts';
import type { GUARDRAILS } from '../../domain/touch/guardrails.ts';
import { GUARDRAIL_NAMES } from '../../domain/touch/guardrails.ts';
import { ROUTE_ROLES } from '../../server/http/roles.ts';
import type { ApiRole } from '../../store/index.ts';
import { code, table } from './blocks.ts';
import { settingRows } from './schema-rows.ts';

/** Settings of `guardrails:`, the groups only: their parts stand in the reference. */
export function guardrailSettings(): string {
  const rows = settingRows(configJsonSchema().properties?.guardrails ?? {});
  return table(
    ['setting', 'takes', 'when left out', 'what it does'],
    rows.filter(([setting]) => !setting.includes('.')),
  );
}

type Name = keyof typeof GUARDRAILS;
type Setting = keyof typeof guardrails.shape;
interface Told {
  setting: Setting | 'mode' | 'company.own_domains' | '`headroom pause`' | null;
  outcome: 'not sent' | 'waits';
  reasons: ReasonCode[];
}

/** What a guardrail's code cannot say of itself: the setting that moves it and the reasons it gives. */
const TOLD: { [One in Name]: Told } = {
  mode: { setting: 'mode', outcome: 'not sent', reasons: ['off'] },
  test_account: { setting: 'company.own_domains', outcome: 'not sent', reasons: ['test_account'] },
  linked_account: { setting: null, outcome: 'not sent', reasons: ['unlinked_account'] },
  person: { setting: null, outcome: 'not sent', reasons: ['no_person'] },
  bounced: { setting: null, outcome: 'not sent', reasons: ['hard_bounced'] },
  consent: { setting: null, outcome: 'not sent', reasons: ['opted_out'] },
  taken_back: { setting: null, outcome: 'not sent', reasons: ['withdrawn', 'corrected'] },
  held_too_long: { setting: 'hold_at_most', outcome: 'not sent', reasons: ['held_too_long'] },
  event_cap: { setting: 'touches_per_trigger_event', outcome: 'not sent', reasons: ['event_cap'] },
  account_cap: { setting: 'touches_per_account', outcome: 'not sent', reasons: ['account_cap'] },
  person_cap: { setting: 'touches_per_person', outcome: 'not sent', reasons: ['person_cap'] },
  cooldown: { setting: 'unengaged_prompts', outcome: 'not sent', reasons: ['cooldown'] },
  after_upgrade: { setting: 'after_upgrade', outcome: 'not sent', reasons: ['after_upgrade'] },
  after_decline: { setting: 'after_decline', outcome: 'not sent', reasons: ['after_decline'] },
  paused: { setting: '`headroom pause`', outcome: 'waits', reasons: ['paused'] },
  unreadable: { setting: null, outcome: 'waits', reasons: ['source_unreadable'] },
  open_severe_ticket: { setting: 'never_while', outcome: 'waits', reasons: ['open_severe_ticket'] },
  incident: { setting: 'never_while', outcome: 'waits', reasons: ['incident'] },
  unpaid_overdue: { setting: 'never_while', outcome: 'waits', reasons: ['unpaid_overdue'] },
  trial_active: { setting: 'never_while', outcome: 'waits', reasons: ['trial_active'] },
  am_outreach: { setting: 'account_manager_outreach', outcome: 'waits', reasons: ['am_outreach'] },
  quiet_hours: { setting: 'quiet_hours', outcome: 'waits', reasons: ['quiet_hours'] },
};

/** The rules in the order in which they are asked. */
export function guardrailOrder(): string {
  const rows = GUARDRAIL_NAMES.map((name, i) => {
    // GUARDRAIL_NAMES are the keys of GUARDRAILS.
    const { setting, outcome, reasons } = TOLD[name as Name];
    const moved = setting === null ? 'always on' : setting.startsWith('`') ? setting : code(setting);
    return [String(i + 1), reasons.map(code).join(', '), outcome, moved, reasons.map((one) => REASONS[one]).join(' ')];
  });
  return table(['', 'reason', 'the message', 'setting', 'in words'], rows);
}

/** Groups of REASONS, each by the code it begins with. */
const GROUPS: [ReasonCode, string][] = [
  ['quiet_hours', 'A message waits'],
  ['off', 'A message is not sent'],
  ['offer_expired', 'A trial does not start'],
  ['clock_skew', 'A reading is not believed'],
  ['hold_broken', 'A trigger does not come true'],
];

export function reasons(): string {
  const starts = new Map<string, string>(GROUPS);
  const rows: string[][] = [];
  for (const [reason, sentence] of Object.entries(REASONS)) {
    const group = starts.get(reason);
    if (group !== undefined) rows.push([`**${group}**`, '']);
    rows.push([code(reason), sentence]);
  }
  return table(['reason', 'what it says'], rows);
}

const ROLES: ApiRole[] = ['product', 'viewer', 'am', 'revops', 'admin'];

/** @param summaries by `METHOD /path` as the role table writes it */
/** What the description of the API leaves out. */
const BESIDES: Record<string, string> = {
  'GET /metrics': 'Numbers for Prometheus',
  'POST /codec/decode': 'Opens payloads for the command line and the web UI of Temporal',
};

export function roleTable(summaries: ReadonlyMap<string, string>): string {
  const rows = Object.entries(ROUTE_ROLES).map(([route, allowed]) => [
    code(route),
    summaries.get(route) ?? BESIDES[route] ?? '',
    ...ROLES.map((role) => (allowed.includes(role) ? '✓' : '')),
  ]);
  return table(['route', 'what it does', ...ROLES], rows);
}

const PROVIDES: Record<string, string> = {
  email: 'e-mail',
  in_app: 'in-app prompts',
  crm: 'CRM',
  chat: 'chat',
  billing: 'billing',
};

const PER: Record<string, string> = { day: 'a day', at_once: 'at once' };

export function connectorTable(): string {
  const rows = Object.values(connectors).map(({ manifest }) => [
    code(manifest.name),
    manifest.title,
    (manifest.provides ?? ['usage']).map((one) => PROVIDES[one] ?? one).join(', '),
    manifest.auth.map((name) => code(name.replace('?', ''))).join(', ') || 'none',
    manifest.needsAccountKey ? 'yes' : 'no',
    manifest.webhook ? 'yes' : 'no',
    manifest.limits.map(({ name, max, per }) => `${code(name)} ${max} ${PER[per] ?? `per ${per}`}`).join(', ') ||
      'none',
    `[${manifest.apiVersion.name}](${manifest.apiVersion.url})`,
  ]);
  return table(['connector', 'title', 'gives', 'secrets', '`account_key`', 'webhook', 'limits', 'vendor API'], rows);
}
