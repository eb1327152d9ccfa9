import { and, eq, gte, inArray, isNull, sql } from 'drizzle-orm';
import type { Incident, Iso, Outreach, Ticket } from '../domain/model.ts';
import { upsertRows } from './bulk.ts';
import { wakeRunning } from './journeys.ts';
import { jsonText } from './schema/columns.ts';
import { incident, outreach, ticket } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** Contacts of account managers with customers, as one connection lists them; those that it does not list stay. */
export async function upsertOutreach(tx: Tx, connection: string, contacts: Outreach[]): Promise<void> {
  const rows = contacts.map((contact) => ({ ...contact, connection }));
  await upsertRows(tx, outreach, rows, {
    key: ['connection', 'externalId', 'account'],
    update: ['by', 'channel', 'at'],
  });
}

/**
 * All contacts with these accounts since then, as one connection lists them now: those it no longer lists were deleted, or
 * moved to another account. Where two records of the vendor are one account, neither lists them all, and nothing is deleted.
 */
export async function replaceOutreach(
  tx: Tx,
  connection: string,
  accounts: string[],
  contacts: Outreach[],
  since: Iso,
): Promise<void> {
  if (accounts.length === 0) return;
  const listed = jsonText(contacts.map(({ externalId, account }) => ({ id: externalId, account })));
  await tx.delete(outreach).where(
    and(
      eq(outreach.connection, connection),
      inArray(outreach.account, accounts),
      gte(outreach.at, since),
      sql`(select count(*) from account_link l where l.connection = ${connection} and l.account = ${outreach.account}) <= 1`,
      sql`(${outreach.externalId}, ${outreach.account}) not in
            (select id, account from json_to_recordset(${listed}::json) as r(id text, account text))`,
    ),
  );
  await upsertOutreach(tx, connection, contacts);
}

/**
 * The open tickets of these accounts, as one connection lists them now: those it no longer lists are closed. Journeys
 * of accounts where a ticket closed are woken.
 */
export async function replaceOpenTickets(
  tx: Tx,
  connection: string,
  accounts: string[],
  tickets: Ticket[],
  now: Iso,
): Promise<void> {
  if (accounts.length === 0) return;
  const open = jsonText(tickets.filter((t) => t.open).map((t) => ({ id: t.externalId, account: t.account })));
  const closed = await tx
    .update(ticket)
    .set({ open: false })
    .where(
      and(
        eq(ticket.connection, connection),
        eq(ticket.open, true),
        inArray(ticket.account, accounts),
        sql`(${ticket.externalId}, ${ticket.account}) not in
            (select id, account from json_to_recordset(${open}::json) as r(id text, account text))`,
      ),
    )
    .returning({ account: ticket.account });
  const rows = tickets.map((t) => ({ ...t, connection }));
  await upsertRows(tx, ticket, rows, {
    key: ['connection', 'externalId', 'account'],
    update: ['severe', 'open', 'subject', 'at'],
  });
  if (closed.length > 0) await wakeRunning(tx, [...new Set(closed.map((row) => row.account))], now);
}

/**
 * External ids of the accounts, at the same vendor, that we know a ticket or a contact of: it may have moved on, or be
 * gone.
 */
export async function holdersOf(tx: Tx, connection: string, externalId: string): Promise<string[]> {
  const result = await tx.execute<{ id: string }>(sql`
    select l.external_id as id from account_link l
     where l.connection = ${connection}
       and l.account in (select account from ticket where connection = ${connection} and external_id = ${externalId}
                         union all
                         select account from outreach where connection = ${connection} and external_id = ${externalId})`);
  return result.rows.map((row) => row.id);
}

export async function listOpenTickets(tx: Tx, account: string): Promise<Ticket[]> {
  const rows = await tx
    .select()
    .from(ticket)
    .where(and(eq(ticket.account, account), eq(ticket.open, true)));
  return rows.map(({ connection: _, ...row }) => row);
}

/** Holds touches of its scope: `all`, an account or a product. The same id again changes nothing. */
export async function openIncident(tx: Tx, input: Omit<Incident, 'endedAt'>): Promise<void> {
  await tx.insert(incident).values(input).onConflictDoNothing();
}

/** Ends every open incident of a scope and wakes all running journeys. @returns how many */
export async function closeIncidents(tx: Tx, scope: string, now: Iso): Promise<number> {
  const result = await tx
    .update(incident)
    .set({ endedAt: now })
    .where(and(eq(incident.scope, scope), isNull(incident.endedAt)));
  const ended = result.rowCount ?? 0;
  if (ended > 0) await wakeRunning(tx, null, now);
  return ended;
}

export async function listIncidents(tx: Tx, filter: { open: boolean }): Promise<Incident[]> {
  const where = filter.open ? isNull(incident.endedAt) : undefined;
  return tx.select().from(incident).where(where).orderBy(sql`${incident.startedAt} desc`).limit(200);
}
