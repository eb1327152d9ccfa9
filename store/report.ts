import { sql } from 'drizzle-orm';
import type { Cents, EffectPhase } from '../domain/model.ts';
import type { Tx } from './transaction.ts';
import { listAttribution } from './upgrades.ts';

export interface ReportNumbers {
  accounts: number;
  triggerEvents: { byTrigger: Record<string, number>; byStatus: Record<string, number> };
  /** By channel: slots taken (reserved, confirmed, unclear). Suppressed: effects refused for good, by reason. */
  touches: { byChannel: Record<string, number>; confirmed: number; suppressedByReason: Record<string, number> };
  /** Confirmed effects by operation. */
  confirmedByOperation: Record<string, number>;
  trials: Record<string, number>;
  /** Upgrades that stand; contractions apart. */
  upgrades: number;
  contractions: number;
  expansionAcvCents: Cents;
  attribution: Awaited<ReturnType<typeof listAttribution>>;
  effects: Partial<Record<EffectPhase, number>>;
  journeys: Record<string, number>;
}

type Counts = Record<string, number>;
interface NumbersRow extends Record<string, unknown> {
  accounts: number;
  by_trigger: Counts | null;
  by_status: Counts | null;
  by_channel: Counts | null;
  confirmed: number;
  suppressed: Counts | null;
  operations: Counts | null;
  trials: Counts | null;
  upgrades: number;
  contractions: number;
  acv: string;
  phases: Counts | null;
  journeys: Counts | null;
}

/** The numbers of the report, over everything the store holds. */
export async function reportNumbers(tx: Tx): Promise<ReportNumbers> {
  const result = await tx.execute<NumbersRow>(sql`
    select
      (select count(*)::int from account where not test) as accounts,
      ${countsOf(sql`trigger`, sql`trigger_event`)} as by_trigger,
      ${countsOf(sql`status`, sql`trigger_event`)} as by_status,
      ${countsOf(sql`channel`, sql`touch where state <> 'released'`)} as by_channel,
      (select count(*)::int from touch where state = 'confirmed') as confirmed,
      ${countsOf(sql`reason`, sql`(select distinct effect_key, reason from decision where kind = 'suppress') as s`)} as suppressed,
      ${countsOf(sql`operation`, sql`effect where phase = 'confirmed'`)} as operations,
      ${countsOf(sql`state`, sql`trial`)} as trials,
      (select count(*)::int from upgrade where acv_cents > 0 and taken_back_at is null) as upgrades,
      (select count(*)::int from upgrade where acv_cents < 0 and taken_back_at is null) as contractions,
      (select coalesce(sum(acv_cents), 0)::text from attribution) as acv,
      ${countsOf(sql`phase`, sql`effect`)} as phases,
      ${countsOf(sql`status`, sql`journey`)} as journeys`);
  const row = result.rows[0];
  if (!row) throw new Error('PostgreSQL gave no row for the report');
  return {
    accounts: row.accounts,
    triggerEvents: { byTrigger: row.by_trigger ?? {}, byStatus: row.by_status ?? {} },
    touches: { byChannel: row.by_channel ?? {}, confirmed: row.confirmed, suppressedByReason: row.suppressed ?? {} },
    confirmedByOperation: row.operations ?? {},
    trials: row.trials ?? {},
    upgrades: row.upgrades,
    contractions: row.contractions,
    expansionAcvCents: Number(row.acv),
    attribution: await listAttribution(tx),
    effects: row.phases ?? {},
    journeys: row.journeys ?? {},
  };
}

function countsOf(by: ReturnType<typeof sql>, from: ReturnType<typeof sql>) {
  return sql`(select json_object_agg(k, n order by k) from (select ${by} as k, count(*)::int as n from ${from} group by 1) as c)`;
}
