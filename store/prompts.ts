import { and, asc, eq, gt, inArray, isNull, not, sql } from 'drizzle-orm';
import type { EngagementKind, Iso } from '../domain/model.ts';
import { recordDecision } from './decisions.ts';
import { releaseTouch } from './effects/rows.ts';
import { recordEngagement } from './engagement.ts';
import { effect, prompt } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export type Prompt = typeof prompt.$inferSelect;
export type PromptMark = 'shown' | 'clicked' | 'dismissed';

const SHOW_WITHIN_MS = 7 * 86_400_000;

const MARKS: Record<PromptMark, { column: 'shownAt' | 'clickedAt' | 'dismissedAt'; kind: EngagementKind }> = {
  shown: { column: 'shownAt', kind: 'shown' },
  clicked: { column: 'clickedAt', kind: 'in_app_clicked' },
  dismissed: { column: 'dismissedAt', kind: 'dismissed' },
};

export interface NewPrompt {
  /** The effect's key: the same key twice is one prompt. */
  key: string;
  account: string;
  user: string;
  title: string;
  body: string;
  link: { label: string; url: string } | null;
  /** Null: 7 days from now. */
  expiresAt: Iso | null;
}

export async function putPrompt(tx: Tx, input: NewPrompt, now: Iso): Promise<void> {
  const { link, expiresAt, ...rest } = input;
  await tx
    .insert(prompt)
    .values({
      ...rest,
      linkLabel: link?.label ?? null,
      linkUrl: link?.url ?? null,
      createdAt: now,
      expiresAt: expiresAt ?? new Date(Date.parse(now) + SHOW_WITHIN_MS).toISOString(),
    })
    .onConflictDoNothing();
}

export async function hasPrompt(tx: Tx, key: string): Promise<boolean> {
  return (await tx.$count(prompt, eq(prompt.key, key))) > 0;
}

/**
 * A prompt is shown days after it was decided on: not to a customer who has upgraded or opted out since, whose usage was
 * corrected, or for whom something is broken right now. It is shown again where that passes.
 */
const OVERTAKEN = sql`exists (select from ${effect} e where e.key = ${prompt.key} and (
  exists (select from upgrade u where u.account = e.account and u.product = e.product
           and u.acv_cents > 0 and u.taken_back_at is null and u.at >= e.claimed_at)
  or exists (select from consent c where c.person = e.person and c.category = e.category and c.opted_out)
  or exists (select from trigger_event t where t.id = e.trigger_event_id and t.status in ('withdrawn', 'corrected'))
  or exists (select from incident i where i.ended_at is null and i.scope in ('all', e.account, e.product))
  or exists (select from ticket t where t.account = e.account and t.open and t.severe)))`;

/** What the product should show this user now, oldest first. */
export async function listPrompts(tx: Tx, to: { account: string; user: string; now: Iso }): Promise<Prompt[]> {
  return tx
    .select()
    .from(prompt)
    .where(
      and(
        eq(prompt.account, to.account),
        eq(prompt.user, to.user),
        isNull(prompt.clickedAt),
        isNull(prompt.dismissedAt),
        isNull(prompt.expiredAt),
        gt(prompt.expiresAt, to.now),
        not(OVERTAKEN),
      ),
    )
    .orderBy(asc(prompt.createdAt));
}

/** The first mark of a kind is kept and told to the journey. @returns null when there is no such prompt */
export async function markPrompt(tx: Tx, key: string, mark: PromptMark, now: Iso): Promise<Prompt | null> {
  const { column, kind } = MARKS[mark];
  const [marked] = await tx
    .update(prompt)
    .set({ [column]: now })
    .where(and(eq(prompt.key, key), isNull(prompt[column])))
    .returning();
  if (marked) await recordEngagement(tx, { effectKey: key, kind, at: now, counts: true, detail: null });
  const [found] = marked ? [marked] : await tx.select().from(prompt).where(eq(prompt.key, key));
  return found ?? null;
}

/** Ends prompts that nobody was shown in time and gives their touches' slots back. @returns their keys */
export async function expirePrompts(tx: Tx, now: Iso): Promise<string[]> {
  const unshown = tx
    .select({ key: prompt.key })
    .from(prompt)
    .where(
      and(
        isNull(prompt.shownAt),
        isNull(prompt.expiredAt),
        sql`least(${prompt.expiresAt}, ${prompt.createdAt} + interval '7 days') <= ${now}::timestamptz`,
      ),
    )
    .orderBy(prompt.key)
    .for('no key update', { skipLocked: true });
  const expired = await tx.update(prompt).set({ expiredAt: now }).where(inArray(prompt.key, unshown)).returning();
  for (const { key, account } of expired) {
    const [sent] = await tx.select().from(effect).where(eq(effect.key, key));
    await releaseTouch(tx, key, 'not_shown');
    const { product = null, person = null, journeyId = null, triggerEventId = null, operation = null } = sent ?? {};
    await recordDecision(tx, {
      kind: 'withdraw',
      account,
      product,
      person,
      journeyId,
      triggerEventId,
      operation,
      effectKey: key,
      reason: 'not_shown',
      at: now,
    });
  }
  return expired.map((row) => row.key);
}
