import type { BusinessClock } from '../domain/clock.ts';
import { clock as clocks } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** The business clock of this database: the first one given stays for good, later starts get that one. */
export async function fixClock(tx: Tx, clock: BusinessClock): Promise<BusinessClock> {
  await tx.insert(clocks).values(clock).onConflictDoNothing();
  const [stored] = await tx.select().from(clocks);
  if (!stored) throw new Error('the clock was not stored');
  return { startedAt: stored.startedAt, epoch: stored.epoch, scale: stored.scale };
}
