import { sql } from 'drizzle-orm';
import type { Category, Channel, Iso } from '../../domain/model.ts';
import type { TouchFacts } from '../../domain/touch/types.ts';
import { toIso } from '../schema/columns.ts';
import type { Tx } from '../transaction.ts';

export interface TouchFactsRequest {
  effectKey: string;
  account: string;
  product: string | null;
  person: string | null;
  triggerEventId: string | null;
  channel: Channel | null;
  category: Category | null;
  play: string | null;
  connection: string;
  mode: TouchFacts['mode'];
  now: Iso;
  /** Zone of accounts that have none of their own. */
  companyTimezone: string;
  /** Set when a source that a guardrail needs could not be re-read in time. */
  unreadable: string | null;
}

/** What PostgreSQL answers: times as its JSON writes them. */
interface FactsRow extends Record<string, unknown> {
  account: { id: string; timezone: string | null; test: boolean } | null;
  linked: boolean;
  person: { key: string; optedOut: Category[]; hardBounced: boolean } | null;
  event: { id: string; receivedAt: string; status: string; kind: string } | null;
  touches_of_event: number;
  touches_of_account: string[];
  touches_of_person: string[];
  prompts: { deliveredAt: string; engagedAt: string | null }[];
  last_outreach_at: string | null;
  severe_tickets: string[];
  incidents: string[];
  overdue: string[];
  trial_active: boolean;
  last_upgrade_at: string | null;
  last_decline_at: string | null;
  paused: string | null;
}

/**
 * Everything the guardrails look at, in one statement. Fresh only when account and person are locked (`claimEffect`
 * does that). An effect without a trigger event (trial, onboarding) sees a stand-in of kind `none`; one without a
 * channel or category counts as e-mail and service.
 */
export async function loadTouchFacts(tx: Tx, r: TouchFactsRequest): Promise<TouchFacts> {
  const slots = sql`from touch where state <> 'released' and effect_key <> ${r.effectKey}`;
  const result = await tx.execute<FactsRow>(sql`
    select
      (select json_build_object('id', id, 'timezone', timezone, 'test', test)
         from account where id = ${r.account}) as account,
      -- Two records of one vendor for the same account: nobody knows which is right.
      (select count(*) > 0 and coalesce(max(n), 0) <= 1
         from (select count(*) as n from account_link where account = ${r.account} group by connection) as links) as linked,
      (select json_build_object('key', key, 'hardBounced', hard_bounced_at is not null, 'optedOut',
                (select coalesce(json_agg(distinct category), '[]') from consent where person = key and opted_out))
         from person where key = ${r.person}) as person,
      (select json_build_object('id', id, 'receivedAt', received_at, 'status', status, 'kind', kind)
         from trigger_event where id = ${r.triggerEventId}) as event,
      (select count(*)::int ${slots} and trigger_event_id = ${r.triggerEventId}) as touches_of_event,
      (select coalesce(json_agg(at order by at), '[]') ${slots} and account = ${r.account}) as touches_of_account,
      (select coalesce(json_agg(at order by at), '[]') ${slots} and person = ${r.person}) as touches_of_person,
      (select coalesce(json_agg(json_build_object('deliveredAt', delivered_at, 'engagedAt', engaged_at) order by delivered_at), '[]')
         ${slots} and account = ${r.account} and delivered_at is not null) as prompts,
      (select max(at) from outreach where account = ${r.account})::text as last_outreach_at,
      (select coalesce(json_agg(external_id order by external_id), '[]')
         from ticket where account = ${r.account} and open and severe) as severe_tickets,
      (select coalesce(json_agg(id order by id), '[]')
         from incident where ended_at is null and scope in ('all', ${r.account}, ${r.product ?? ''})) as incidents,
      (select coalesce(json_agg(id order by id), '[]') from invoice_overdue where account = ${r.account}) as overdue,
      exists (select from trial where account = ${r.account} and product = ${r.product} and state in ('granting', 'active'))
        or exists (select from trial_subscription
                    where account = ${r.account} and product = ${r.product} and status = 'trialing') as trial_active,
      (select max(at) from upgrade
        where account = ${r.account} and product = ${r.product} and acv_cents > 0 and taken_back_at is null)::text as last_upgrade_at,
      (select max(occurred_at) from trigger_event
        where account = ${r.account} and product = ${r.product} and kind = 'decline_after_limit'
          and status not in ('withdrawn', 'corrected', 'at_start', 'expired')
          and id is distinct from ${r.triggerEventId})::text as last_decline_at,
      (select string_agg(case scope when 'all' then reason else scope || ' ' || name || ': ' || reason end, '; ' order by scope)
         from pause
        where scope = 'all' or (scope = 'play' and name = ${r.play}) or (scope = 'connection' and name = ${r.connection})) as paused`);
  const row = result.rows[0];
  if (!row) throw new Error('PostgreSQL gave no row for the facts of a touch');
  return {
    now: r.now,
    channel: r.channel ?? 'email',
    category: r.category ?? 'service',
    account: {
      id: r.account,
      timezone: row.account?.timezone ?? r.companyTimezone,
      test: row.account?.test ?? false,
      linked: row.account !== null && row.linked,
    },
    person: row.person,
    triggerEvent: row.event
      ? {
          id: row.event.id,
          receivedAt: toIso(row.event.receivedAt),
          takenBack: takenBack(row.event.status),
          kind: row.event.kind,
        }
      : { id: '', receivedAt: r.now, takenBack: 'no', kind: 'none' },
    touchesOfEvent: row.touches_of_event,
    touchesOfAccount: row.touches_of_account.map(toIso),
    touchesOfPerson: row.touches_of_person.map(toIso),
    prompts: row.prompts.map((p) => ({
      deliveredAt: toIso(p.deliveredAt),
      engagedAt: p.engagedAt && toIso(p.engagedAt),
    })),
    lastOutreachAt: row.last_outreach_at && toIso(row.last_outreach_at),
    openSevereTickets: row.severe_tickets,
    openIncidents: row.incidents,
    overdueInvoices: row.overdue,
    trialActive: row.trial_active,
    lastUpgradeAt: row.last_upgrade_at && toIso(row.last_upgrade_at),
    lastDeclineAt: row.last_decline_at && toIso(row.last_decline_at),
    unreadable: r.unreadable,
    paused: row.paused,
    mode: r.mode,
  };
}

function takenBack(status: string): TouchFacts['triggerEvent']['takenBack'] {
  return status === 'withdrawn' || status === 'corrected' ? status : 'no';
}
