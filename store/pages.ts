import { and, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Iso, TrialState } from '../domain/model.ts';
import { type EffectFilter, type EffectView, effectsOf } from './effects/rows.ts';
import type { JourneyRow } from './journeys.ts';
import { attribution, effect, journey, trial } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import type { TrialRow } from './trials.ts';

/** The last row seen of a list that runs newest first. */
export interface PageCursor {
  at: Iso;
  id: string;
}
interface Page {
  after: PageCursor | null;
  limit: number;
}

/** A journey without the state of its steps. */
export type JourneySummary = Omit<JourneyRow, 'state'>;
export type AttributionRow = typeof attribution.$inferSelect;

/** Newest first, a page at a time; rows of the same moment are neither lost nor repeated. */
export async function pageJourneys(
  tx: Tx,
  page: Page & { account?: string; product?: string; status?: JourneyRow['status'] },
): Promise<JourneySummary[]> {
  const { state: _, ...columns } = getTableColumns(journey);
  return tx
    .select(columns)
    .from(journey)
    .where(
      and(
        same(journey.account, page.account),
        same(journey.product, page.product),
        same(journey.status, page.status),
        older(journey.startedAt, journey.id, page.after),
      ),
    )
    .orderBy(desc(journey.startedAt), desc(journey.id))
    .limit(page.limit);
}

export async function pageEffects(tx: Tx, page: Page & Omit<EffectFilter, 'limit'>): Promise<EffectView[]> {
  const { payload: _, ...columns } = getTableColumns(effect);
  return tx
    .select(columns)
    .from(effect)
    .where(and(effectsOf(page), older(effect.claimedAt, effect.key, page.after)))
    .orderBy(desc(effect.claimedAt), desc(effect.key))
    .limit(page.limit);
}

export async function pageTrials(
  tx: Tx,
  page: Page & { account?: string; states?: TrialState[] },
): Promise<TrialRow[]> {
  return tx
    .select()
    .from(trial)
    .where(
      and(
        same(trial.account, page.account),
        page.states && inArray(trial.state, page.states),
        older(trial.grantedAt, trial.offerId, page.after),
      ),
    )
    .orderBy(desc(trial.grantedAt), desc(trial.offerId))
    .limit(page.limit);
}

export async function pageAttribution(tx: Tx, page: Page & { account?: string }): Promise<AttributionRow[]> {
  const { after } = page;
  const rest = after && sql`(${attribution.at}, ${attribution.id}) < (${after.at}::timestamptz, ${after.id}::bigint)`;
  return tx
    .select()
    .from(attribution)
    .where(and(same(attribution.account, page.account), rest ?? undefined))
    .orderBy(desc(attribution.at), desc(attribution.id))
    .limit(page.limit);
}

function same(column: PgColumn, value: string | undefined): SQL | undefined {
  return value === undefined ? undefined : eq(column, value);
}

function older(at: PgColumn, id: PgColumn, after: PageCursor | null): SQL | undefined {
  return after === null ? undefined : sql`(${at}, ${id}) < (${after.at}::timestamptz, ${after.id})`;
}
