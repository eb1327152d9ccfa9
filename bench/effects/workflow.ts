/** Bundle entry of the bench's worker: the hub's own workflows, and the load. */
import { proxyActivities } from '@temporalio/workflow';
import { ACT } from '../../workflows/activity-profiles.ts';
import type { ItemOutcome, LoadActivities } from './activities.ts';
import { type Kind, NEEDS, type Target } from './kinds.ts';

export * from '../../workflows/index.ts';

const act = proxyActivities<LoadActivities>(ACT);

export interface LoadInput {
  subject: string;
  target: Target;
  how: keyof LoadActivities;
  /** Kinds of a wave leave together; the next wave follows. */
  waves: Kind[][];
}
/** By kind; what could not even be asked for, because what it changes is in doubt, is `skipped`. */
export type LoadOutcome = Partial<Record<Kind, { kind: string; reason: string | null }>>;

/** Everything that an account may see of us, once. */
export async function effectLoad({ subject, target, how, waves }: LoadInput): Promise<LoadOutcome> {
  const done: Partial<Record<Kind, ItemOutcome>> = {};
  for (const wave of waves) {
    await Promise.all(
      wave.map(async (kind) => {
        const before = NEEDS[kind];
        const earlier = before === undefined ? null : done[before]?.result;
        if (before !== undefined && !earlier) done[kind] = { kind: 'skipped', reason: null, result: null };
        else
          done[kind] = await act[how]({ subject, target, kind, earlier: (earlier ?? null) as Record<string, string> });
      }),
    );
  }
  return Object.fromEntries(Object.entries(done).map(([kind, { kind: end, reason }]) => [kind, { kind: end, reason }]));
}
