import { and, desc, eq, inArray, isNull, lt, ne, sql } from 'drizzle-orm';
import type { JourneyEnd, JourneyFacts, JourneyState } from '../domain/journey/types.ts';
import type { Iso, TriggerEvent } from '../domain/model.ts';
import type { Meter } from '../domain/usage/types.ts';
import { enqueueWakes } from './outbox.ts';
import { journey, journeyEvent, triggerEvent } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import { toTriggerEvent } from './triggers.ts';
import { loadMeters } from './usage.ts';

export type JourneyRow = typeof journey.$inferSelect;

/**
 * Opens a journey, once: the same id again changes nothing. One workflow id belongs to an account's product, so another
 * one that has not ended is of a run that is gone, by somebody's hand or a failure: it ends here.
 */
export async function openJourney(
  tx: Tx,
  input: Pick<JourneyRow, 'id' | 'account' | 'product' | 'play' | 'leadEventId' | 'state' | 'configVersion'> & {
    now: Iso;
  },
): Promise<void> {
  const { now, ...row } = input;
  const orphans = await tx
    .select({ id: journey.id, state: journey.state })
    .from(journey)
    .where(
      and(
        eq(journey.account, row.account),
        eq(journey.product, row.product),
        isNull(journey.endedAt),
        ne(journey.id, row.id),
      ),
    );
  const reason = 'its run was gone when the next one began';
  for (const { id, state } of orphans) await endJourney(tx, id, { outcome: 'withdrawn', reason, state, now });
  await tx
    .insert(journey)
    .values({ ...row, status: 'running', startedAt: now, updatedAt: now })
    .onConflictDoNothing({ target: journey.id });
}

export async function saveJourney(tx: Tx, id: string, state: JourneyState, now: Iso): Promise<void> {
  await tx
    .update(journey)
    .set({ state, play: state.play, leadEventId: state.subject, updatedAt: now })
    .where(eq(journey.id, id));
}

/** Ends a journey and marks its trigger events done. The same end again changes nothing. */
export async function endJourney(
  tx: Tx,
  id: string,
  end: { outcome: JourneyEnd; reason: string | null; state: JourneyState; now: Iso },
): Promise<void> {
  const { outcome, reason, state, now } = end;
  await tx
    .update(journey)
    .set({ status: outcome, reason, state, endedAt: now, updatedAt: now })
    .where(and(eq(journey.id, id), isNull(journey.endedAt)));
  const own = tx.select({ id: journeyEvent.triggerEventId }).from(journeyEvent).where(eq(journeyEvent.journeyId, id));
  await tx
    .update(triggerEvent)
    .set({ status: 'done', statusAt: now })
    .where(and(inArray(triggerEvent.id, own), eq(triggerEvent.status, 'claimed')));
}

export async function readJourney(tx: Tx, id: string): Promise<JourneyRow | null> {
  const [row] = await tx.select().from(journey).where(eq(journey.id, id));
  return row ?? null;
}

/** Newest first. @param filter `before`: startedAt of the last one seen */
export async function listJourneys(
  tx: Tx,
  filter: { account?: string; product?: string; status?: JourneyRow['status']; before?: Iso; limit?: number } = {},
): Promise<JourneyRow[]> {
  return tx
    .select()
    .from(journey)
    .where(
      and(
        filter.account === undefined ? undefined : eq(journey.account, filter.account),
        filter.product === undefined ? undefined : eq(journey.product, filter.product),
        filter.status === undefined ? undefined : eq(journey.status, filter.status),
        filter.before === undefined ? undefined : lt(journey.startedAt, filter.before),
      ),
    )
    .orderBy(desc(journey.startedAt), journey.id)
    .limit(filter.limit ?? 100);
}

export interface JourneyReading {
  facts: JourneyFacts;
  /** Trigger events of the journey, in order of occurrence. */
  events: TriggerEvent[];
  /** Open events of the account and product that no journey has claimed. */
  unclaimed: TriggerEvent[];
  /** The product's meters as they stand. */
  meters: Meter[];
}

interface OutcomeRow extends Record<string, unknown> {
  upgraded: boolean;
  trial_started: boolean;
  trial_ended: 'converted' | 'reverted' | null;
  engaged: boolean;
}

/** What a journey needs to decide its next move, read together. */
export async function readJourneyFacts(
  tx: Tx,
  input: { account: string; product: string; journeyId: string; now: Iso },
): Promise<JourneyReading> {
  const { account, product, journeyId, now } = input;
  const since = sql`(select started_at from journey where id = ${journeyId})`;
  const ofProduct = sql`account = ${account} and product = ${product}`;
  const result = await tx.execute<OutcomeRow>(sql`
    select
      exists (select from upgrade where ${ofProduct} and acv_cents > 0 and taken_back_at is null and at >= ${since}) as upgraded,
      exists (select from trial
               where ${ofProduct} and state in ('active', 'converted', 'reverted') and granted_at >= ${since}) as trial_started,
      (select state from trial where ${ofProduct} and state in ('converted', 'reverted') and ended_at >= ${since}
        order by ended_at desc limit 1) as trial_ended,
      exists (select from touch join effect on effect.key = touch.effect_key
               where effect.journey_id = ${journeyId} and touch.engaged_at is not null) as engaged`);
  const outcome = result.rows[0];
  if (!outcome) throw new Error('PostgreSQL gave no row for the facts of a journey');

  const rows = await tx
    .select({ event: triggerEvent, journeyId: journeyEvent.journeyId })
    .from(triggerEvent)
    .leftJoin(journeyEvent, eq(journeyEvent.triggerEventId, triggerEvent.id))
    .where(
      and(
        eq(triggerEvent.account, account),
        eq(triggerEvent.product, product),
        sql`(${journeyEvent.journeyId} = ${journeyId}
             or (${triggerEvent.status} = 'open' and ${journeyEvent.triggerEventId} is null))`,
      ),
    )
    .orderBy(triggerEvent.occurredAt, triggerEvent.id);
  const events = rows.filter((row) => row.journeyId !== null).map((row) => toTriggerEvent(row.event));
  return {
    facts: {
      now,
      upgraded: outcome.upgraded,
      trialStarted: outcome.trial_started,
      trialEnded: outcome.trial_ended,
      engaged: outcome.engaged,
      takenBack: events.length > 0 && events.every((e) => e.status === 'withdrawn' || e.status === 'corrected'),
    },
    events,
    unclaimed: rows.filter((row) => row.journeyId === null).map((row) => toTriggerEvent(row.event)),
    meters: (await loadMeters(tx, [account])).filter((meter) => meter.product === product),
  };
}

/** Wakes the journeys that run for these accounts (null: all of them), because what held them back may be over. */
export async function wakeRunning(tx: Tx, accounts: string[] | null, now: Iso): Promise<void> {
  const running = await tx
    .select({ account: journey.account, product: journey.product })
    .from(journey)
    .where(and(isNull(journey.endedAt), accounts === null ? undefined : inArray(journey.account, accounts)));
  await enqueueWakes(tx, running, { start: false, now });
}
