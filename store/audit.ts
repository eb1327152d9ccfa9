import { and, desc, eq, lt } from 'drizzle-orm';
import type { Iso, Json } from '../domain/model.ts';
import { audit } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export interface AuditEntry {
  at: Iso;
  /** Who: an e-mail address, the name of an API token, or `headroom`. */
  actor: string;
  /** How they came in: api, cli, slack, crm_link, mail_link. */
  door: string;
  /** Dotted past tense: `play.paused`. */
  action: string;
  subject: string;
  detail: Json;
}

export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.insert(audit).values(entry);
}

/** Newest first. @param page `before` is the id of the last entry seen */
export async function listAudit(
  tx: Tx,
  page: { subject?: string; before?: number; limit?: number } = {},
): Promise<(AuditEntry & { id: number })[]> {
  const rows = await tx
    .select()
    .from(audit)
    .where(
      and(
        page.subject === undefined ? undefined : eq(audit.subject, page.subject),
        page.before === undefined ? undefined : lt(audit.id, page.before),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(page.limit ?? 100);
  return rows;
}
