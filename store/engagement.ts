import { and, eq, isNull } from 'drizzle-orm';
import { ENGAGING } from '../domain/engagement/counts.ts';
import type { Engagement, EngagementKind, Iso, Json } from '../domain/model.ts';
import { confirm } from './effects/outcomes.ts';
import { releaseTouch } from './effects/rows.ts';
import { enqueueWakes } from './outbox.ts';
import { markBounced } from './people.ts';
import { effect, engagement, touch } from './schema/index.ts';
import type { Tx } from './transaction.ts';

/** What a mailbox reports of a message at most once, by however many ways the report comes. */
const ONCE: readonly EngagementKind[] = ['bounced', 'complained'];

/**
 * Keeps what a person, or their mailbox, did with a message. What counts settles a doubt: only somebody who has the
 * message can do it. The first engagement that counts marks the touch and wakes the journey; a prompt counts as
 * delivered once shown; a bounce that counts gives the slot back and marks the person.
 * @returns true for the first engagement that counts
 */
export async function recordEngagement(tx: Tx, input: Engagement & { detail: Json }): Promise<boolean> {
  const { effectKey, kind, at, counts } = input;
  const [sent] = await tx.select().from(effect).where(eq(effect.key, effectKey));
  if (!sent) return false;
  if (counts && ONCE.includes(kind) && (await hasCounted(tx, effectKey, kind))) return false;
  await tx.insert(engagement).values(input);
  if (counts && sent.phase === 'unclear') {
    // Nothing is under way any more, so the wire clock stays where it stood.
    const stamp = { now: at, wireNow: sent.wireUpdatedAt, deliveredAt: sent.updatedAt };
    await confirm(tx, effectKey, { ...stamp, result: { settledBy: kind } });
  }
  if (kind === 'shown') {
    await tx
      .update(touch)
      .set({ deliveredAt: at })
      .where(and(eq(touch.effectKey, effectKey), isNull(touch.deliveredAt)));
  }
  if (kind === 'bounced' && counts) {
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

async function hasCounted(tx: Tx, effectKey: string, kind: EngagementKind): Promise<boolean> {
  const [row] = await tx
    .select({ id: engagement.id })
    .from(engagement)
    .where(and(eq(engagement.effectKey, effectKey), eq(engagement.kind, kind), engagement.counts))
    .limit(1);
  return row !== undefined;
}

/**
 * Since when a person may have had the message before their eyes; null: it has not reached them. Where nobody knows
 * whether it arrived, since the doubt: by then its bytes had left.
 */
export async function readableSince(tx: Tx, effectKey: string): Promise<Iso | null> {
  const [row] = await tx
    .select({
      phase: effect.phase,
      updatedAt: effect.updatedAt,
      finishedAt: effect.finishedAt,
      isTouch: effect.touch,
      deliveredAt: touch.deliveredAt,
    })
    .from(effect)
    .leftJoin(touch, eq(touch.effectKey, effect.key))
    .where(eq(effect.key, effectKey));
  if (!row) return null;
  if (row.phase === 'unclear') return row.updatedAt;
  return row.isTouch ? row.deliveredAt : row.finishedAt;
}

/** What was done with one message, oldest first. */
export async function listEngagement(tx: Tx, effectKey: string): Promise<Engagement[]> {
  const rows = await tx.select().from(engagement).where(eq(engagement.effectKey, effectKey)).orderBy(engagement.id);
  return rows.map(({ kind, at, counts }) => ({ effectKey, kind, at, counts }));
}
