import { createHash } from 'node:crypto';
import { and, asc, eq, gt, inArray, lt, lte, or, sql } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { upsertRows } from './bulk.ts';
import { accountLink } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** A vendor's record and the account of ours that it names. */
export interface AccountLink {
  connection: string;
  externalId: string;
  account: string | null;
  /** Name of the record, for the list of those that need a person's help. */
  label: string | null;
  readAt: Iso;
  /** When we last read the vendor's record (wire ms): what is older than a guardrail allows is read again. */
  wireReadAt: number;
  /** Of the picture taken in last (`fingerprint`); null when none was kept, or it is to be taken in anew. */
  fingerprint: string | null;
}

export async function linkAccounts(
  tx: Tx,
  links: (Pick<AccountLink, 'connection' | 'externalId' | 'account' | 'label'> & { fingerprint?: string })[],
  read: { now: Iso; wireNow: number },
): Promise<void> {
  const rows = links.map((link) => ({ ...link, readAt: read.now, wireReadAt: read.wireNow }));
  await upsertRows(tx, accountLink, rows, {
    key: ['connection', 'externalId'],
    update: [
      'account',
      'label',
      'readAt',
      'wireReadAt',
      ...(links.some((one) => one.fingerprint) ? ['fingerprint' as const] : []),
    ],
    updateWhere: sql`account_link.wire_read_at <= excluded.wire_read_at`,
  });
}

/** Stands for the picture of a record that the vendor says was deleted: it names no account, and nobody need mend that. */
export const DELETED = 'deleted';

/** Equal for equal pictures of a vendor's record: what is stored already need not be stored again. */
export function fingerprint(picture: object): string {
  return createHash('sha256').update(JSON.stringify(picture)).digest('base64url');
}

/** What was taken in last of these records, and when it was asked for. They stay locked to the end of the transaction. */
export async function lockLinks(
  tx: Tx,
  connection: string,
  externalIds: string[],
): Promise<Map<string, Pick<AccountLink, 'fingerprint' | 'wireReadAt'>>> {
  if (externalIds.length === 0) return new Map();
  const { externalId, fingerprint, wireReadAt } = accountLink;
  const rows = await tx
    .select({ externalId, fingerprint, wireReadAt })
    .from(accountLink)
    .where(and(eq(accountLink.connection, connection), inArray(externalId, externalIds)))
    .orderBy(asc(externalId))
    .for('no key update');
  return new Map(rows.map((row) => [row.externalId, row]));
}

/** Those of these records that were not read after this: what changed by then may be missing from our picture. */
export async function notReadAfter(
  tx: Tx,
  connection: string,
  externalIds: string[],
  wireAfter: number,
): Promise<string[]> {
  if (externalIds.length === 0) return [];
  const rows = await tx
    .select({ externalId: accountLink.externalId })
    .from(accountLink)
    .where(
      and(
        eq(accountLink.connection, connection),
        inArray(accountLink.externalId, externalIds),
        gt(accountLink.wireReadAt, wireAfter),
      ),
    );
  const read = new Set(rows.map((row) => row.externalId));
  return externalIds.filter((id) => !read.has(id));
}

/** Fingerprints by external id, of those records that have one. */
export async function readFingerprints(
  tx: Tx,
  connection: string,
  externalIds: string[],
): Promise<Map<string, string | null>> {
  if (externalIds.length === 0) return new Map();
  const rows = await tx
    .select({ externalId: accountLink.externalId, fingerprint: accountLink.fingerprint })
    .from(accountLink)
    .where(and(eq(accountLink.connection, connection), inArray(accountLink.externalId, externalIds)));
  return new Map(rows.map((row) => [row.externalId, row.fingerprint]));
}

/** These records were read again and are as they were. */
export async function touchLinks(
  tx: Tx,
  connection: string,
  externalIds: string[],
  read: { now: Iso; wireNow: number },
): Promise<void> {
  if (externalIds.length === 0) return;
  await tx
    .update(accountLink)
    .set({ readAt: read.now, wireReadAt: read.wireNow })
    .where(
      and(
        eq(accountLink.connection, connection),
        inArray(accountLink.externalId, externalIds),
        lte(accountLink.wireReadAt, read.wireNow),
      ),
    );
}

/**
 * Forgets records that the vendor does not have any more: those of `externalIds`, or all of the connection, that were last
 * read before then. What is stored of their accounts may be their picture, so that the other records of these accounts are
 * to be taken in anew: they lose their fingerprints.
 */
export async function unlinkGone(
  tx: Tx,
  connection: string,
  { externalIds, wireReadBefore }: { externalIds?: string[]; wireReadBefore: number },
): Promise<void> {
  const ofConnection = eq(accountLink.connection, connection);
  const gone = and(
    ofConnection,
    lt(accountLink.wireReadAt, wireReadBefore),
    externalIds && inArray(accountLink.externalId, externalIds),
  );
  const accounts = tx.select({ account: accountLink.account }).from(accountLink).where(gone);
  // All in one order, as those who take pictures in lock them.
  await tx
    .select({ externalId: accountLink.externalId })
    .from(accountLink)
    .where(and(ofConnection, or(gone, inArray(accountLink.account, accounts))))
    .orderBy(asc(accountLink.externalId))
    .for('update');
  const unlinked = await tx.delete(accountLink).where(gone).returning({ account: accountLink.account });
  const left = unlinked.flatMap(({ account }) => account ?? []);
  if (left.length === 0) return;
  await tx
    .update(accountLink)
    .set({ fingerprint: null })
    .where(and(ofConnection, inArray(accountLink.account, left)));
}

/** The vendors' records of these accounts, by connection. */
export async function readLinks(tx: Tx, accounts: string[]): Promise<AccountLink[]> {
  if (accounts.length === 0) return [];
  return tx
    .select()
    .from(accountLink)
    .where(inArray(accountLink.account, accounts))
    .orderBy(asc(accountLink.connection), asc(accountLink.externalId));
}

/** The account of a vendor's record; null when it is not linked, or not known. */
export async function linkedAccount(tx: Tx, connection: string, externalId: string): Promise<string | null> {
  const [row] = await tx
    .select({ account: accountLink.account })
    .from(accountLink)
    .where(and(eq(accountLink.connection, connection), eq(accountLink.externalId, externalId)));
  return row?.account ?? null;
}

/** Records that name no account, and accounts that several records of one vendor claim: neither gets touches. */
export type LinkProblem =
  | { kind: 'unlinked'; connection: string; externalIds: string[]; account: null; label: string | null }
  | { kind: 'doubled'; connection: string; externalIds: string[]; account: string; label: string | null };

export async function listLinkProblems(tx: Tx, limit = 500): Promise<LinkProblem[]> {
  const result = await tx.execute<LinkProblem & Record<string, unknown>>(sql`
    select case when account is null then 'unlinked' else 'doubled' end as kind, connection, account,
           array_agg(external_id order by external_id) as "externalIds", min(label) as label
      from account_link
     where fingerprint is distinct from ${DELETED}
     group by connection, account, case when account is null then external_id end
    having account is null or count(*) > 1
     order by kind, connection, account, min(external_id)
     limit ${limit}`);
  return result.rows;
}
