import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { connectionToken } from './schema/index.ts';
import type { Tx } from './transaction.ts';
import type { Vault } from './vault.ts';

export interface StoredToken {
  /** Null: there is none, or it was dropped. */
  value: string | null;
  wireExpiresAt: number | null;
  /** Raised with each new token; 0: there never was one. */
  generation: number;
}

const NONE: StoredToken = { value: null, wireExpiresAt: null, generation: 0 };

export async function readConnectionToken(tx: Tx, vault: Vault, connection: string): Promise<StoredToken> {
  const [row] = await tx.select().from(connectionToken).where(eq(connectionToken.connection, connection));
  if (!row) return NONE;
  return { value: opened(vault, row.sealed), wireExpiresAt: row.wireExpiresAt, generation: row.generation };
}

/** The one who may get the token after this generation. @returns false while somebody else may, or has */
export async function takeTokenLease(
  tx: Tx,
  connection: string,
  owner: string,
  { generation, wireNow, leaseMs }: { generation: number; wireNow: number; leaseMs: number },
): Promise<boolean> {
  await tx.insert(connectionToken).values({ connection }).onConflictDoNothing();
  const result = await tx
    .update(connectionToken)
    .set({ leaseOwner: owner, wireLeaseUntil: wireNow + leaseMs })
    .where(
      and(
        eq(connectionToken.connection, connection),
        eq(connectionToken.generation, generation),
        or(isNull(connectionToken.leaseOwner), lt(connectionToken.wireLeaseUntil, wireNow)),
      ),
    );
  return result.rowCount === 1;
}

/** Keeps the new token, sealed, and gives the lease back. @returns false when the lease was lost: somebody else's counts */
export async function saveConnectionToken(
  tx: Tx,
  vault: Vault,
  connection: string,
  owner: string,
  token: { value: string; wireExpiresAt: number | null },
): Promise<boolean> {
  const result = await tx
    .update(connectionToken)
    .set({
      sealed: vault.seal(token.value),
      wireExpiresAt: token.wireExpiresAt,
      generation: sql`${connectionToken.generation} + 1`,
      leaseOwner: null,
      wireLeaseUntil: null,
    })
    .where(and(eq(connectionToken.connection, connection), eq(connectionToken.leaseOwner, owner)));
  return result.rowCount === 1;
}

/** Gives the lease back without a token, as after a failure. */
export async function dropTokenLease(tx: Tx, connection: string, owner: string): Promise<void> {
  await tx
    .update(connectionToken)
    .set({ leaseOwner: null, wireLeaseUntil: null })
    .where(and(eq(connectionToken.connection, connection), eq(connectionToken.leaseOwner, owner)));
}

/** The vendor refused this token before its time. A newer one stays. */
export async function dropConnectionToken(tx: Tx, vault: Vault, connection: string, value: string): Promise<void> {
  const [row] = await tx
    .select()
    .from(connectionToken)
    .where(eq(connectionToken.connection, connection))
    .for('no key update');
  if (!row || opened(vault, row.sealed) !== value) return;
  await tx
    .update(connectionToken)
    .set({ sealed: null, wireExpiresAt: null })
    .where(eq(connectionToken.connection, connection));
}

/** Null too when its data key is gone: a token is not worth keeping old keys for, the next one is had for the asking. */
function opened(vault: Vault, sealed: Buffer | null): string | null {
  if (sealed === null) return null;
  try {
    return String(vault.open(sealed));
  } catch {
    return null;
  }
}
