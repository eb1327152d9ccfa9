import { setTimeout as sleep } from 'node:timers/promises';
import { Rng } from '../../bench/worlds/common.mjs';

export type Victim = 'hub' | 'temporal' | 'postgres';

const KILLS: Victim[] = ['hub', 'hub', 'temporal', 'hub', 'postgres', 'hub', 'hub'];

/** When who is killed with -9: spread over the run, at moments that the seed decides. Wire milliseconds from the start. */
export function planKills(seed: string, runMs: number): { afterMs: number; victim: Victim }[] {
  const rng = new Rng(`${seed}/kills`);
  const first = runMs * 0.1;
  const each = (runMs * 0.8) / KILLS.length;
  return KILLS.map((victim, n) => ({ victim, afterMs: first + (n + rng.range(0.1, 0.9)) * each }));
}

/** Kills as planned, until aborted. */
export async function runKills(
  plan: ReturnType<typeof planKills>,
  kill: (victim: Victim) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  for (const { afterMs, victim } of plan) {
    const wait = afterMs - (performance.now() - started);
    await sleep(Math.max(0, wait), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await kill(victim);
  }
}
