import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { chunks, upsertRows } from './bulk.ts';
import { cohort, cohortMember, cohortPage } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export interface CohortMember {
  id: string;
  accounts: string[];
}
/** One page of what a vendor pushes. */
export interface CohortPage {
  cohort: { id: string; name: string };
  action: 'replace' | 'add' | 'remove';
  session: string;
  page: number;
  pages: number;
  members: CohortMember[];
}

/**
 * Takes a page in. Members are a set: a page that comes twice, or a sync that starts from the top, changes nothing. A
 * replacement waits for all its pages, so that nobody leaves and comes back in between.
 */
export async function takeCohortPage(tx: Tx, connection: string, input: CohortPage, now: Iso): Promise<void> {
  const { cohort: of, action, members } = input;
  switch (action) {
    case 'add':
      await addMembers(tx, connection, of.id, members);
      break;
    case 'remove':
      await removeMembers(tx, connection, of.id, members);
      break;
    case 'replace': {
      const all = input.pages > 1 ? await wholeSession(tx, connection, input) : members;
      if (all === null) return;
      await tx.delete(cohortMember).where(and(eq(cohortMember.connection, connection), eq(cohortMember.cohort, of.id)));
      await tx.delete(cohortPage).where(and(eq(cohortPage.connection, connection), eq(cohortPage.cohort, of.id)));
      await addMembers(tx, connection, of.id, all);
      break;
    }
    default:
      throw new Error(`unknown action ${action satisfies never}`);
  }
  await upsertRows(tx, cohort, [{ connection, id: of.id, name: of.name, syncedAt: now }], {
    key: ['connection', 'id'],
    update: ['name', 'syncedAt'],
  });
}

async function addMembers(tx: Tx, connection: string, id: string, members: CohortMember[]): Promise<void> {
  const rows = members.flatMap((member) =>
    member.accounts.map((account) => ({ connection, cohort: id, member: member.id, account })),
  );
  await upsertRows(tx, cohortMember, rows, { key: ['connection', 'cohort', 'member', 'account'] });
}

async function removeMembers(tx: Tx, connection: string, id: string, members: CohortMember[]): Promise<void> {
  for (const part of chunks(members.map((member) => member.id))) {
    await tx
      .delete(cohortMember)
      .where(
        and(eq(cohortMember.connection, connection), eq(cohortMember.cohort, id), inArray(cohortMember.member, part)),
      );
  }
}

/** Keeps a page. @returns the members of all pages of its session, or null while some are missing */
async function wholeSession(tx: Tx, connection: string, input: CohortPage): Promise<CohortMember[] | null> {
  const { session, page, pages, members } = input;
  const row = { connection, cohort: input.cohort.id, session, page, members: members.map((one) => ({ ...one })) };
  await upsertRows(tx, cohortPage, [row], { key: ['connection', 'cohort', 'session', 'page'], update: ['members'] });
  const rows = await tx
    .select({ members: cohortPage.members })
    .from(cohortPage)
    .where(
      and(
        eq(cohortPage.connection, connection),
        eq(cohortPage.cohort, input.cohort.id),
        eq(cohortPage.session, session),
      ),
    );
  // What stands there was written above.
  return rows.length < pages ? null : rows.flatMap((one) => one.members as unknown as CohortMember[]);
}

/** A fact that counts a cohort's members, or says whether there are any. */
export interface CohortFact {
  fact: string;
  cohort: { id: string } | { name: string };
  as: 'count' | 'flag';
}

/** Writes these facts onto every account, once their cohort has been pushed at all: no member is 0, or false. */
export async function writeCohortFacts(tx: Tx, connection: string, facts: CohortFact[], now: Iso): Promise<void> {
  for (const { fact, cohort: of, as } of facts) {
    const named = 'id' in of ? sql`c.id = ${of.id}` : sql`c.name = ${of.name}`;
    const value = as === 'count' ? sql`to_jsonb(coalesce(n.members, 0))` : sql`to_jsonb(coalesce(n.members, 0) > 0)`;
    await tx.execute(sql`
      with known as (select c.id from cohort c where c.connection = ${connection} and ${named}),
      counted as (
        select m.account, count(distinct m.member)::int as members from cohort_member m
         where m.connection = ${connection} and m.cohort in (select id from known) group by m.account),
      news as (
        select a.id, ${value} as value from account a left join counted n on n.account = a.id
         where exists (select from known) and a.facts->${fact}::text is distinct from ${value}),
      locked as (select a.id from account a join news on news.id = a.id order by a.id for no key update of a)
      update account set facts = account.facts || jsonb_build_object(${fact}::text, news.value), updated_at = ${now}::timestamptz
        from news join locked on locked.id = news.id where account.id = news.id`);
  }
}
