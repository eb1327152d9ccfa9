import { sql } from 'drizzle-orm';
import type { Channel, Iso, TrialState } from '../domain/model.ts';
import type { DecisionRow } from './decisions.ts';
import { toIso } from './schema/columns.ts';
import type { Tx } from './transaction.ts';

/** What the entry speaks of. `name` says what became of it, in the words of its source. */
export type FeedSource = 'trigger_event' | 'decision' | 'effect' | 'trial' | 'upgrade';

export interface FeedCursor {
  at: Iso;
  source: FeedSource;
  id: string;
}

interface Entry<S extends FeedSource, Name extends string> extends FeedCursor {
  source: S;
  name: Name;
  account: string;
  accountName: string;
  product: string | null;
  trigger: string | null;
  /** A code, or a sentence where no code exists. */
  reason: string | null;
  detail: string | null;
  /** Decisions to wait: until when. */
  until: Iso | null;
  operation: string | null;
  connection: string | null;
  channel: Channel | null;
  /** Whom it reached: a customer's person, or where an alert of ours went. */
  person: string | null;
  plan: string | null;
  acvCents: number | null;
}

export type FeedEntry =
  /** Named by its mode; `reason` is its status as it stands. */
  | Entry<'trigger_event', 'live' | 'shadow'>
  | Entry<'decision', Exclude<DecisionRow['kind'], 'near_miss'>>
  | Entry<'effect', 'confirmed'>
  | Entry<'trial', TrialState>
  /** `reason` says how it was credited; `trigger` is the credited one. */
  | Entry<'upgrade', 'expansion' | 'contraction' | 'taken_back' | 'reinstated'>;

interface FeedRow extends Record<string, unknown> {
  at: string;
  until: string | null;
  acvCents: string | null;
}

/**
 * The story of all accounts in the order in which it was written: trigger events, decisions (near misses apart),
 * confirmed effects, trial changes, upgrades. Oldest first.
 * @param page `after`: the last entry seen. `until`: leave what is newer to the next page, since transactions that
 * began before the newest entry may still commit older ones
 */
export async function readFeed(
  tx: Tx,
  page: { after: FeedCursor | null; until: Iso; limit: number },
): Promise<FeedEntry[]> {
  const { after, until, limit } = page;
  const beyond =
    after === null
      ? sql`true`
      : sql`(events.at, source, events.id) > (${after.at}::timestamptz, ${after.source}, ${after.id})`;
  const result = await tx.execute<FeedRow & FeedEntry>(sql`
    with events as (
      select received_at as at, 'trigger_event' as source, id, mode as name, account, product, trigger,
             status as reason, evidence->>'sentence' as detail, null::timestamptz as until, null as operation,
             null as connection, null as channel, null as person, play as plan, null::bigint as acv
        from trigger_event
      union all
      select d.at, 'decision', lpad(d.id::text, 20, '0'), d.kind, d.account, coalesce(d.product, e.product),
             coalesce(d.trigger, e.trigger), d.reason, d.detail, d.until, d.operation, null, null, d.person, null, null
        from decision d left join trigger_event e on e.id = d.trigger_event_id
       where d.kind <> 'near_miss'
      union all
      select f.finished_at, 'effect', f.key, f.phase, f.account, coalesce(f.product, e.product), e.trigger, null, null,
             null, f.operation, f.connection, f.channel, coalesce(f.person, f.result->>'to'), null, null
        from effect f left join trigger_event e on e.id = f.trigger_event_id
       where f.phase = 'confirmed' and f.finished_at is not null
      union all
      select moved.at, 'trial', t.offer_id || ':' || moved.state, moved.state, t.account, t.product, e.trigger,
             case when moved.state = t.state then t.reason end, t.actor, t.ends_at, null, null, null, null, t.plan, null
        from trial t
        left join offer o on o.id = t.offer_id
        left join trigger_event e on e.id = o.trigger_event_id
       cross join lateral (values (t.granted_at, 'granting'), (t.started_at, 'active'), (t.ended_at, t.state)) as moved(at, state)
       where moved.at is not null
      union all
      select moved.at, 'upgrade', u.id || ':' || moved.name, moved.name, u.account, u.product, credit.trigger,
             case when moved.name = 'reinstated' then restored.reason else coalesce(u.taken_back_reason, credit.reason) end, null, null, null, null, null, null, u.to_plan, u.acv_cents
        from upgrade u
        left join lateral (select trigger, reason from attribution
                            where upgrade_id = u.id order by trigger is null, id limit 1) as credit on true
        -- Credit that came later than the upgrade itself is credit that was given back.
        left join lateral (select at, reason from attribution
                            where upgrade_id = u.id and acv_cents > 0 and at > u.at
                            order by at desc, id limit 1) as restored on true
       cross join lateral (values (u.at, case when u.acv_cents < 0 then 'contraction' else 'expansion' end),
                                  (u.taken_back_at, 'taken_back'),
                                  (case when u.taken_back_at is null then restored.at end, 'reinstated')) as moved(at, name)
       where moved.at is not null
    )
    select events.at::text, source, events.id, events.name, events.account, coalesce(a.name, events.account) as "accountName",
           product, trigger, reason, detail, until::text, operation, connection, channel, person, plan, acv::text as "acvCents"
      from events left join account a on a.id = events.account
     where events.at <= ${until}::timestamptz and ${beyond}
     order by events.at, source, events.id
     limit ${limit}`);
  return result.rows.map((row) => ({
    ...row,
    at: toIso(row.at),
    until: row.until === null ? null : toIso(row.until),
    acvCents: row.acvCents === null ? null : Number(row.acvCents),
  }));
}
