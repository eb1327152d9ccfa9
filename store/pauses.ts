import { and, eq } from 'drizzle-orm';
import type { Iso } from '../domain/model.ts';
import { recordAudit } from './audit.ts';
import { wakeRunning } from './journeys.ts';
import { pause } from './schema/index.ts';
import type { Tx } from './transaction.ts';

export type PauseScope = { scope: 'all' } | { scope: 'play' | 'connection'; name: string };
export type Pause = typeof pause.$inferSelect;

export interface By {
  actor: string;
  door: string;
  now: Iso;
}

/** Nothing of this scope leaves from the next claim on. */
export async function setPause(tx: Tx, scope: PauseScope, input: By & { reason: string }): Promise<void> {
  const { actor, door, now, reason } = input;
  await tx
    .insert(pause)
    .values({ scope: scope.scope, name: nameOf(scope), reason, by: actor, at: now })
    .onConflictDoUpdate({ target: [pause.scope, pause.name], set: { reason, by: actor, at: now } });
  const subject = subjectOf(scope);
  await recordAudit(tx, { at: now, actor, door, action: 'pause.set', subject, detail: { reason } });
}

/** Lets it go on and wakes all running journeys. @returns false when it was not paused */
export async function clearPause(tx: Tx, scope: PauseScope, { actor, door, now }: By): Promise<boolean> {
  const result = await tx.delete(pause).where(and(eq(pause.scope, scope.scope), eq(pause.name, nameOf(scope))));
  if (result.rowCount === 0) return false;
  await recordAudit(tx, { at: now, actor, door, action: 'pause.cleared', subject: subjectOf(scope), detail: null });
  await wakeRunning(tx, null, now);
  return true;
}

export async function listPauses(tx: Tx): Promise<Pause[]> {
  return tx.select().from(pause).orderBy(pause.scope, pause.name);
}

function nameOf(scope: PauseScope): string {
  return scope.scope === 'all' ? '' : scope.name;
}

function subjectOf(scope: PauseScope): string {
  return scope.scope === 'all' ? 'all' : `${scope.scope}:${scope.name}`;
}
