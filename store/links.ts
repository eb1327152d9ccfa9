import { randomBytes } from 'node:crypto';
import { and, eq, isNull, lt } from 'drizzle-orm';
import type { Iso, Json } from '../domain/model.ts';
import { upsertRows } from './bulk.ts';
import { link } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import { sha256 } from './vault.ts';

export type LinkKind = 'upgrade' | 'unsubscribe' | 'action';

export interface NewLink {
  /** From `mintToken`; only its hash is stored. */
  token: string;
  kind: LinkKind;
  account: string;
  effectKey: string | null;
  person: string | null;
  /** What the link stands for, as its opener needs it. */
  body: Json;
  /** Business time. */
  expiresAt: Iso;
}

export type Link = Omit<NewLink, 'token'> & { createdAt: Iso; usedAt: Iso | null };

/** 256 random bits, fit for a URL: `/t/{token}`, `/u/{token}`, `/a/{token}`. */
export function mintToken(): string {
  return randomBytes(32).toString('base64url');
}

export async function insertLinks(tx: Tx, links: NewLink[], now: Iso): Promise<void> {
  const rows = links.map(({ token, ...rest }) => ({ ...rest, tokenHash: hashOf(token), createdAt: now }));
  await upsertRows(tx, link, rows, { key: ['tokenHash'] });
}

/** The link of this token and kind; expired ones too, so that the page can say so. */
export async function findLink(tx: Tx, kind: LinkKind, token: string): Promise<Link | null> {
  const [row] = await tx
    .select()
    .from(link)
    .where(and(eq(link.tokenHash, hashOf(token)), eq(link.kind, kind)));
  if (!row) return null;
  const { tokenHash: _, ...rest } = row;
  return rest;
}

/** For one-time actions. @returns false when it was used before */
export async function useLink(tx: Tx, token: string, now: Iso): Promise<boolean> {
  const result = await tx
    .update(link)
    .set({ usedAt: now })
    .where(and(eq(link.tokenHash, hashOf(token)), isNull(link.usedAt)));
  return result.rowCount === 1;
}

/** Deletes links that expired before this. */
export async function forgetLinks(tx: Tx, before: Iso): Promise<number> {
  const result = await tx.delete(link).where(lt(link.expiresAt, before));
  return result.rowCount ?? 0;
}

function hashOf(token: string): string {
  return sha256(token).toString('base64url');
}
