import { z } from 'zod';
import { KINDS, type Kind } from './kinds.ts';
import type { Death, Stage } from './stage.ts';

/** What the vendor itself knows again by our key: nothing has to be waited for before it is sent again. */
const BY_KEY = new Set<Kind>(['prompt', 'trial', 'plan_change', 'write_back']);

export interface Recovery {
  kind: Kind;
  /** Effects that were under way when somebody died. */
  underWay: number;
  /** Until the last of them was confirmed, from the death and from the moment when the hub was back. */
  afterDeathMs: number;
  afterRestartMs: number;
  byKey: boolean;
}

const row = z.object({ kind: z.enum(KINDS), claimed: z.number(), finished: z.number() });

/** How long what was under way at a death took to end well. On a clock that is not scaled, business time is wire time. */
export async function readRecovery({ store }: Stage, name: string, deaths: Death[]): Promise<Recovery[]> {
  const { rows } = await store.pool.query(
    `select split_part(key, ':', 3) as kind,
            (extract(epoch from claimed_at) * 1000)::float8 as claimed,
            (extract(epoch from finished_at) * 1000)::float8 as finished
       from effect where journey_id like $1 and finished_at is not null`,
    [`bench:${name}%`],
  );
  const effects = z.array(row).parse(rows);
  return KINDS.flatMap((kind): Recovery[] => {
    const hit = effects
      .filter((effect) => effect.kind === kind)
      .flatMap(({ claimed, finished }) => {
        // The last one: whoever dies again while it recovers starts anew.
        const death = deaths.findLast(({ killedAt }) => claimed < killedAt && killedAt < finished);
        return death ? [{ afterDeath: finished - death.killedAt, afterRestart: finished - death.backAt }] : [];
      });
    if (hit.length === 0) return [];
    return [
      {
        kind,
        underWay: hit.length,
        afterDeathMs: Math.round(Math.max(...hit.map(({ afterDeath }) => afterDeath))),
        afterRestartMs: Math.max(0, Math.round(Math.max(...hit.map(({ afterRestart }) => afterRestart)))),
        byKey: BY_KEY.has(kind),
      },
    ];
  });
}
