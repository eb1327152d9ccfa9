import { sql } from 'drizzle-orm';
import type { AccountPerson, Category, Iso, Person } from '../domain/model.ts';
import { upsertRows } from './bulk.ts';
import { jsonText, toIso } from './schema/columns.ts';
import { accountPerson, consent, person } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** Inserts or updates persons. A hard bounce once seen stays: a CRM that does not know of it takes nothing back. */
export async function upsertPeople(tx: Tx, people: Omit<Person, 'optedOut'>[], now: Iso): Promise<void> {
  const rows = people.map(({ key, email, name, hardBounced }) => {
    return { key, email, name, hardBouncedAt: hardBounced ? now : null, updatedAt: now };
  });
  await upsertRows(tx, person, rows, { key: ['key'], update: ['email', 'name', 'updatedAt'] });
  const bounced = people.filter((p) => p.hardBounced).map((p) => p.key);
  await markBounced(tx, bounced, now);
}

export async function markBounced(tx: Tx, people: string[], now: Iso): Promise<void> {
  if (people.length === 0) return;
  await tx.execute(sql`
    update person set hard_bounced_at = ${now}::timestamptz
     where hard_bounced_at is null
       and key in (select key from person where key = any(${sql.param(people)}::text[]) order by key for no key update)`);
}

/**
 * Sets who stands how to these accounts, as one connection tells it; those it no longer names are dropped. Other
 * connections' words stay: the CRM names the admin, billing its contact.
 */
export async function replaceAccountPeople(
  tx: Tx,
  connection: string,
  accounts: string[],
  people: AccountPerson[],
): Promise<void> {
  const named = people.map((p) => ({ account: p.account, person: p.person }));
  await tx.execute(sql`
    delete from account_person where connection = ${connection} and account = any(${sql.param(accounts)}::text[])
       and (account, person) not in
           (select account, person from json_to_recordset(${jsonText(named)}::json) as r(account text, person text))`);
  const rows = people.map((p) => ({ ...p, connection }));
  await upsertRows(tx, accountPerson, rows, {
    key: ['account', 'person', 'connection'],
    update: ['roles', 'externalId', 'since'],
  });
}

/** A person with how they stand to an account, over all connections. */
export type PersonOfAccount = Person & AccountPerson;

interface PersonRow extends Record<string, unknown> {
  account: string;
  key: string;
  email: string;
  name: string | null;
  bounced: boolean;
  opted_out: Category[];
  roles: AccountPerson['roles'];
  external_id: string | null;
  since: string | null;
}

export async function readPeople(tx: Tx, accounts: string[]): Promise<PersonOfAccount[]> {
  if (accounts.length === 0) return [];
  const result = await tx.execute<PersonRow>(sql`
    select ap.account, p.key, p.email, p.name, p.hard_bounced_at is not null as bounced,
           array(select distinct category from consent where person = p.key and opted_out) as opted_out,
           array(select distinct role from account_person x, unnest(x.roles) as role
                  where x.account = ap.account and x.person = p.key) as roles,
           max(ap.external_id) as external_id, min(ap.since)::text as since
      from account_person ap join person p on p.key = ap.person
     where ap.account = any(${sql.param(accounts)}::text[])
     group by ap.account, p.key order by ap.account, p.key`);
  return result.rows.map((row) => ({
    key: row.key,
    email: row.email,
    name: row.name,
    optedOut: row.opted_out,
    hardBounced: row.bounced,
    account: row.account,
    person: row.key,
    roles: row.roles,
    externalId: row.external_id,
    since: row.since && toIso(row.since),
  }));
}

export interface Consent {
  person: string;
  category: Category;
  /**
   * A contact of a CRM (`contactSource`), or `unsubscribe_link`, `complaint`. A person is opted out while any source says
   * so. What a contact said stays when the contact is gone: nobody takes an opt-out back by deleting a record.
   */
  source: string;
  optedOut: boolean;
  at: Iso;
}

/** Keeps what each source says, the newest word of a source counts. */
export async function recordConsents(tx: Tx, consents: Consent[]): Promise<void> {
  await upsertRows(tx, consent, consents, {
    key: ['person', 'category', 'source'],
    update: ['optedOut', 'at'],
    updateWhere: sql`consent.at <= excluded.at`,
  });
}

export function contactSource(connection: string, contactId: string): string {
  return `${connection}:${contactId}`;
}

/**
 * Rows of before each contact was a source bear the connection's name alone. To be called after a complete read: whoever
 * has a contact by now has spoken through it, and the old row is dropped; anyone else's stays.
 */
export async function dropReplacedConsents(tx: Tx, connection: string): Promise<void> {
  await tx.execute(sql`
    delete from consent old
     where old.source = ${connection}
       and exists (select from consent c where c.person = old.person and c.category = old.category
                      and starts_with(c.source, ${contactSource(connection, '')}))`);
}
