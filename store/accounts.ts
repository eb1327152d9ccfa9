import { and, asc, eq, gt, ilike, inArray, or, sql } from 'drizzle-orm';
import type { Account, FactValue, Iso, TeamMember } from '../domain/model.ts';
import { upsertRows } from './bulk.ts';
import { jsonText } from './schema/columns.ts';
import { account, subscription, teamMember } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** Inserts or updates what the CRM says of accounts; facts come from usage sources and stay (`mergeFacts`). */
export async function upsertAccounts(tx: Tx, accounts: Omit<Account, 'facts'>[], now: Iso): Promise<void> {
  const rows = accounts.map((a) => ({ ...a, createdAt: now, updatedAt: now }));
  await upsertRows(tx, account, rows, {
    key: ['id'],
    update: ['name', 'segment', 'timezone', 'test', 'ownerId', 'csmId', 'arrCents', 'renewalOn', 'updatedAt'],
  });
}

/** Sets single facts and keeps the others. Facts of accounts that we do not know are dropped. */
export async function mergeFacts(
  tx: Tx,
  facts: { account: string; fact: string; value: FactValue }[],
  now: Iso,
): Promise<void> {
  const byAccount = new Map<string, Record<string, FactValue>>();
  for (const { account: id, fact, value } of facts) byAccount.set(id, { ...byAccount.get(id), [fact]: value });
  if (byAccount.size === 0) return;
  const rows = jsonText([...byAccount].map(([id, values]) => ({ id, values })));
  await tx.execute(sql`
    with news as (select * from json_to_recordset(${rows}::json) as r(id text, "values" jsonb)),
    locked as (select a.id from account a join news on news.id = a.id order by a.id for no key update of a)
    update account set facts = account.facts || news."values", updated_at = ${now}::timestamptz
    from news join locked on locked.id = news.id where account.id = news.id`);
}

export async function findAccount(tx: Tx, id: string): Promise<Account | null> {
  const [found] = await readAccounts(tx, [id]);
  return found ?? null;
}

export async function readAccounts(tx: Tx, ids: string[]): Promise<Account[]> {
  if (ids.length === 0) return [];
  const rows = await tx.select().from(account).where(inArray(account.id, ids)).orderBy(asc(account.id));
  return rows.map(toAccount);
}

export interface AccountPage {
  /** Part of the name or id. */
  search?: string;
  ownerId?: string;
  /** Id of the last account seen. */
  after?: string;
  limit?: number;
}

/** By id, a page at a time. */
export async function listAccounts(tx: Tx, page: AccountPage = {}): Promise<Account[]> {
  const rows = await tx
    .select()
    .from(account)
    .where(
      and(
        page.after === undefined ? undefined : gt(account.id, page.after),
        page.ownerId === undefined ? undefined : eq(account.ownerId, page.ownerId),
        page.search === undefined
          ? undefined
          : or(ilike(account.name, `%${escapeLike(page.search)}%`), ilike(account.id, `%${escapeLike(page.search)}%`)),
      ),
    )
    .orderBy(asc(account.id))
    .limit(page.limit ?? 100);
  return rows.map(toAccount);
}

/** Own accounts of a segment that pay for a plan: the number behind "n companies like yours". */
export async function countAccountsOnPlan(
  tx: Tx,
  { product, plan, segment }: { product: string; plan: string; segment: Account['segment'] },
): Promise<number> {
  const [row] = await tx
    .select({ n: sql<number>`count(distinct ${account.id})::int` })
    .from(subscription)
    .innerJoin(account, eq(account.id, subscription.account))
    .where(
      and(
        eq(subscription.product, product),
        eq(subscription.plan, plan),
        eq(account.test, false),
        segment === null ? undefined : eq(account.segment, segment),
        inArray(subscription.status, ['active', 'past_due']),
      ),
    );
  return row?.n ?? 0;
}

/** All of our own people, as one CRM connection lists them now: those it no longer lists have left. */
export async function replaceTeam(tx: Tx, connection: string, members: TeamMember[]): Promise<void> {
  const rows = members.map((member) => ({ ...member, email: member.email.toLowerCase(), connection }));
  await upsertRows(tx, teamMember, rows, { key: ['connection', 'id'], update: ['email', 'name', 'active'] });
  const listed = jsonText(members.map(({ id }) => ({ id })));
  await tx.execute(sql`
    update team_member set active = false
     where connection = ${connection} and active
       and id not in (select id from json_to_recordset(${listed}::json) as r(id text))`);
}

export async function findTeamMember(tx: Tx, by: { id: string } | { email: string }): Promise<TeamMember | null> {
  const where = 'id' in by ? eq(teamMember.id, by.id) : eq(teamMember.email, by.email.toLowerCase());
  const [row] = await tx.select().from(teamMember).where(where).orderBy(sql`${teamMember.active} desc`).limit(1);
  return row ? { id: row.id, email: row.email, name: row.name, active: row.active } : null;
}

function toAccount({ createdAt: _c, updatedAt: _u, ...row }: typeof account.$inferSelect): Account {
  return row;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (c) => `\\${c}`);
}
