import { sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { toIso } from './schema/columns.ts';
import type { Tx } from './transaction.ts';
import type { ClaimOffer, OfferRow, TrialFacts } from './trials.ts';

interface FactsRow extends Record<string, unknown> {
  account_name: string | null;
  owner_email: string | null;
  current_plan: string | null;
  had_trial_at: string | null;
  other_open_trial: string | null;
  overdue: string[];
  monthly_cents: string | null;
  incident: boolean;
  paused: string | null;
}

/** Read under the account's lock, in one statement. */
export async function loadTrialFacts(tx: Tx, offer: OfferRow, input: ClaimOffer): Promise<TrialFacts> {
  const { id, account, product, state, expiresAt, fromPlan, toPlan } = offer;
  const ofProduct = sql`account = ${account} and product = ${product}`;
  const result = await tx.execute<FactsRow>(sql`
    select
      (select name from account where id = ${account}) as account_name,
      (select m.email from account a join team_member m on m.id = a.owner_id where a.id = ${account} limit 1) as owner_email,
      (select plan from subscription where ${ofProduct} and status in ('active', 'past_due')
        order by changed_at desc limit 1) as current_plan,
      (select max(granted_at) from trial
        where ${ofProduct} and offer_id <> ${id} and state in ('active', 'converted', 'reverted'))::text as had_trial_at,
      (select offer_id from trial where ${ofProduct} and offer_id <> ${id} and state in ('granting', 'active')) as other_open_trial,
      (select coalesce(json_agg(id order by id), '[]') from invoice_overdue where account = ${account}) as overdue,
      (select monthly_cents from catalogue_price
        where connection = ${input.billing} and product = ${product} and plan = ${toPlan}) as monthly_cents,
      exists (select from incident where ended_at is null and scope in ('all', ${account}, ${product})) as incident,
      (select string_agg(reason, '; ' order by scope) from pause
        where scope = 'all' or (scope = 'connection' and name = ${input.billing})) as paused`);
  const row = result.rows[0];
  if (!row) throw new Error('PostgreSQL gave no row for the facts of a trial');
  const hadTrialAt: Iso | null = row.had_trial_at && toIso(row.had_trial_at);
  return {
    now: input.now,
    offer: { id, state, expiresAt, fromPlan, toPlan },
    account,
    product,
    accountName: row.account_name ?? account,
    ownerEmail: row.owner_email,
    currentPlan: row.current_plan,
    hadTrialAt,
    otherOpenTrial: row.other_open_trial,
    overdueInvoices: row.overdue,
    monthlyPriceCents: row.monthly_cents === null ? null : Number(row.monthly_cents),
    incident: row.incident,
    paused: row.paused,
  };
}
