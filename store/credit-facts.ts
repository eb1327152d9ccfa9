import { sql } from 'drizzle-orm';
import type { CreditInput } from '../domain/attribution/types.ts';
import type { Iso } from '../domain/model.ts';
import { toIso } from './schema/columns.ts';
import type { Tx } from './transaction.ts';

export type CreditFacts = Pick<CreditInput, 'touches' | 'alerts' | 'outreach' | 'trials' | 'events'>;

/** Everything that may earn credit for an upgrade of an account's product: delivered touches, alerts, outreach, trials, events. */
export async function readCreditFacts(
  tx: Tx,
  input: { account: string; product: string; since: Iso; until: Iso; alertOperations: string[] },
): Promise<CreditFacts> {
  const { account, product, since, until, alertOperations } = input;
  const within = (column: ReturnType<typeof sql.raw>) =>
    sql`${column} between ${since}::timestamptz and ${until}::timestamptz`;
  const result = await tx.execute<{ facts: CreditFacts }>(sql`
    select json_build_object(
      'touches', (select coalesce(json_agg(json_build_object(
          'effectKey', t.effect_key, 'triggerEventId', t.trigger_event_id, 'product', t.product, 'deliveredAt', t.delivered_at,
          'engagedAt', (select coalesce(json_agg(e.at order by e.at), '[]') from engagement e
                         where e.effect_key = t.effect_key and e.counts
                           and e.kind in ('clicked', 'replied', 'in_app_clicked', 'checkout_started'))
        ) order by t.delivered_at), '[]')
        from touch t where t.account = ${account} and t.state <> 'released' and ${within(sql.raw('t.delivered_at'))}),
      'alerts', (select coalesce(json_agg(json_build_object(
          'triggerEventId', e.trigger_event_id, 'at', e.finished_at, 'accountManager', a.owner_id) order by e.finished_at), '[]')
        from effect e left join account a on a.id = e.account
        where e.account = ${account} and e.product = ${product} and e.trigger_event_id is not null and e.phase = 'confirmed'
          and e.operation = any(${sql.param(alertOperations)}::text[]) and ${within(sql.raw('e.finished_at'))}),
      'outreach', (select coalesce(json_agg(json_build_object(
          'account', o.account, 'by', o."by", 'channel', o.channel, 'at', o.at, 'externalId', o.external_id) order by o.at), '[]')
        from outreach o where o.account = ${account} and ${within(sql.raw('o.at'))}),
      'trials', (select coalesce(json_agg(json_build_object(
          'triggerEventId', f.trigger_event_id, 'at', r.granted_at, 'by', r.actor) order by r.granted_at), '[]')
        from trial r join offer f on f.id = r.offer_id
        where r.account = ${account} and r.product = ${product} and r.state <> 'refused'
          and f.trigger_event_id is not null and ${within(sql.raw('r.granted_at'))}),
      'events', (select coalesce(json_agg(json_build_object(
          'id', g.id, 'trigger', g.trigger, 'product', g.product, 'occurredAt', g.occurred_at) order by g.occurred_at), '[]')
        from trigger_event g where g.account = ${account} and g.product = ${product} and g.occurred_at <= ${until}::timestamptz
          and g.id in (select trigger_event_id from effect where account = ${account} and trigger_event_id is not null))
    ) as facts`);
  const facts = result.rows[0]?.facts;
  if (!facts) throw new Error('PostgreSQL gave no row for the facts of a credit');
  return {
    touches: facts.touches.map((t) => ({ ...t, deliveredAt: toIso(t.deliveredAt), engagedAt: t.engagedAt.map(toIso) })),
    alerts: facts.alerts.map((a) => ({ ...a, at: toIso(a.at) })),
    outreach: facts.outreach.map((o) => ({ ...o, at: toIso(o.at) })),
    trials: facts.trials.map((t) => ({ ...t, at: toIso(t.at) })),
    events: facts.events.map((e) => ({ ...e, occurredAt: toIso(e.occurredAt) })),
  };
}
