import { and, eq, isNull } from 'drizzle-orm';
import { ENGAGING } from '../domain/engagement/counts.ts';
import type { Engagement, Json } from '../domain/model.ts';
import { releaseTouch } from './effects/rows.ts';
import { enqueueWakes } from './outbox.ts';
import { markBounced } from './people.ts';
import { effect, engagement, touch } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/**
 * Keeps what a person did with a message. The first engagement that counts marks the touch and wakes the journey; a
 * prompt counts as delivered once shown; a bounce gives the slot back and marks the person.
 * @returns true for the first engagement that counts
 */
export async function recordEngagement(tx: Tx, input: Engagement & { detail: Json }): Promise<boolean> {
  const { effectKey, kind, at, counts } = input;
  const [sent] = await tx.select().from(effect).where(eq(effect.key, effectKey));
  if (!sent) return false;
  await tx.insert(engagement).values(input);
  if (kind === 'shown') {
    await tx
      .update(touch)
      .set({ deliveredAt: at })
      .where(and(eq(touch.effectKey, effectKey), isNull(touch.deliveredAt)));
  }
  if (kind === 'bounced') {
    await releaseTouch(tx, effectKey, 'bounced');
    if (sent.person !== null) await markBounced(tx, [sent.person], at);
  }
  if (!counts || !ENGAGING[kind]) return false;
  const first = await tx
    .update(touch)
    .set({ engagedAt: at })
    .where(and(eq(touch.effectKey, effectKey), isNull(touch.engagedAt)))
    .returning();
  await enqueueWakes(tx, first, { start: false, now: at });
  return first.length > 0;
}

/** What was done with one message, oldest first. */
export async function listEngagement(tx: Tx, effectKey: string): Promise<Engagement[]> {
  const rows = await tx.select().from(engagement).where(eq(engagement.effectKey, effectKey)).orderBy(engagement.id);
  return rows.map(({ kind, at, counts }) => ({ effectKey, kind, at, counts }));
}
