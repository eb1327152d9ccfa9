import { randomBytes } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { apiToken } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import { sha256 } from './vault.ts';

export type ApiRole = 'product' | 'viewer' | 'am' | 'revops' | 'admin';

export interface ApiToken {
  name: string;
  role: ApiRole;
  createdAt: Iso;
  revokedAt: Iso | null;
}

/** Makes an API token. @returns the token itself, this once: only its hash is kept */
export async function createToken(tx: Tx, input: { name: string; role: ApiRole; now: Iso }): Promise<string> {
  const token = `hr_${randomBytes(32).toString('base64url')}`;
  await keepToken(tx, { ...input, token });
  return token;
}

/** Keeps a token that was made elsewhere (from the environment); a token of that name is replaced. */
export async function keepToken(
  tx: Tx,
  input: { name: string; role: ApiRole; token: string; now: Iso },
): Promise<void> {
  const row = { hash: hashOf(input.token), name: input.name, role: input.role, createdAt: input.now, revokedAt: null };
  await tx.insert(apiToken).values(row).onConflictDoUpdate({ target: apiToken.name, set: row });
}

/** Who a token stands for; null when unknown or revoked. */
export async function findToken(tx: Tx, token: string): Promise<ApiToken | null> {
  const [row] = await tx
    .select()
    .from(apiToken)
    .where(and(eq(apiToken.hash, hashOf(token)), isNull(apiToken.revokedAt)));
  return row ? withoutHash(row) : null;
}

export async function revokeToken(tx: Tx, name: string, now: Iso): Promise<boolean> {
  const result = await tx
    .update(apiToken)
    .set({ revokedAt: now })
    .where(and(eq(apiToken.name, name), isNull(apiToken.revokedAt)));
  return result.rowCount === 1;
}

export async function listTokens(tx: Tx): Promise<ApiToken[]> {
  return (await tx.select().from(apiToken).orderBy(apiToken.name)).map(withoutHash);
}

function withoutHash({ hash: _, ...token }: typeof apiToken.$inferSelect): ApiToken {
  return token;
}

/** A token is 256 random bits: a plain hash cannot be guessed back. */
function hashOf(token: string): string {
  return sha256(token).toString('base64url');
}
