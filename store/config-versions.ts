import { desc, eq } from 'drizzle-orm';
import type { Iso, Json } from '../domain/model.ts';
import { configVersion } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export interface ConfigVersion {
  number: number;
  /** SHA-256 of the content. */
  hash: string;
  content: Json;
  appliedAt: Iso;
  appliedBy: string;
}

/** Keeps an applied config; the same content as the latest one is no new version. */
export async function applyConfigVersion(tx: Tx, input: Omit<ConfigVersion, 'number'>): Promise<ConfigVersion> {
  const latest = await latestConfigVersion(tx);
  if (latest?.hash === input.hash) return latest;
  const [row] = await tx.insert(configVersion).values(input).returning();
  if (!row) throw new Error('the config version was not stored');
  return row;
}

export async function latestConfigVersion(tx: Tx): Promise<ConfigVersion | null> {
  const [row] = await tx.select().from(configVersion).orderBy(desc(configVersion.number)).limit(1);
  return row ?? null;
}

/** The version of a hash: a journey run keeps the plays and templates it began with. */
export async function findConfigVersion(tx: Tx, hash: string): Promise<ConfigVersion | null> {
  const [row] = await tx
    .select()
    .from(configVersion)
    .where(eq(configVersion.hash, hash))
    .orderBy(desc(configVersion.number))
    .limit(1);
  return row ?? null;
}

/** Newest first, without their content. */
export async function listConfigVersions(tx: Tx, limit = 50): Promise<Omit<ConfigVersion, 'content'>[]> {
  const { number, hash, appliedAt, appliedBy } = configVersion;
  return tx.select({ number, hash, appliedAt, appliedBy }).from(configVersion).orderBy(desc(number)).limit(limit);
}
