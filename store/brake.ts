import { sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import type { BrakeCounts, BrakeKind } from '../domain/touch/brake.ts';
import type { Tx } from './transaction.ts';

interface CountsRow extends Record<string, unknown> {
  play: string;
  counts: BrakeCounts;
}

/**
 * What became of the newest effects of each play, counted from the moments given; what lies before the last time that
 * somebody lifted the play's pause has been judged by a person and does not count again.
 */
export async function readBrakeCounts(tx: Tx, since: { [Kind in BrakeKind]: Iso }): Promise<Map<string, BrakeCounts>> {
  const first = Object.values(since).reduce((a, b) => (a < b ? a : b));
  const counted = (kind: BrakeKind, bad: ReturnType<typeof sql>, message = sql`e.operation = 'message.send'`) => {
    const among = sql`${message} and e.claimed_at > ${since[kind]}::timestamptz`;
    return sql`json_build_object('of', count(*) filter (where ${among}), 'bad', count(*) filter (where ${among} and ${bad}))`;
  };
  const said = (kind: string) =>
    sql`exists (select from engagement g where g.effect_key = e.key and g.kind = ${kind} and g.counts)`;
  const bounced = sql`(${said('bounced')} or (e.phase = 'refused' and coalesce(p.hard_bounced_at >= e.claimed_at, false)))`;
  // What is still tried is no failure: an outage is waited out, and says nothing about the play.
  const failed = sql`((e.phase = 'refused' and not ${bounced}) or e.phase = 'unclear')`;
  const { rows } = await tx.execute<CountsRow>(sql`
    select e.play, json_build_object(
             'bounces', ${counted('bounces', bounced)},
             'complaints', ${counted('complaints', said('complained'))},
             'opt_outs', ${counted('opt_outs', said('opted_out'))},
             'provider_errors', ${counted('provider_errors', failed, sql`true`)}) as counts
      from effect e
      left join person p on p.key = e.person
      left join (select subject, max(at) as at from audit where action = 'pause.cleared' group by subject) as cleared
             on cleared.subject = 'play:' || e.play
     where e.play is not null and e.phase <> 'withdrawn' and e.claimed_at > ${first}::timestamptz
       and e.claimed_at > coalesce(cleared.at, '-infinity')
     group by e.play`);
  return new Map(rows.map(({ play, counts }) => [play, counts]));
}
