import { addMs } from '../../domain/clock.ts';
import { type BrakeKind, judgeBrake } from '../../domain/touch/brake.ts';
import { inTransaction, listPauses, readBrakeCounts, setPause } from '../../store/index.ts';
import type { Deps } from '../deps.ts';

/**
 * Pauses every play whose messages come back, are complained of, drive people away, or fail at a vendor, more than
 * config allows. Asked after each outcome of that kind and at upkeep. A person lifts it: `headroom pause --clear`.
 * @returns the plays that are paused from now on
 */
export async function applyBrakes(deps: Deps): Promise<string[]> {
  const { brake } = deps.configs.current().config.guardrails;
  const now = deps.now();
  const since = (kind: BrakeKind) => addMs(now, -brake[kind].within);
  return await inTransaction(deps.store, async (tx) => {
    const counts = await readBrakeCounts(tx, {
      bounces: since('bounces'),
      complaints: since('complaints'),
      opt_outs: since('opt_outs'),
      provider_errors: since('provider_errors'),
    });
    const paused = new Set((await listPauses(tx)).filter(({ scope }) => scope === 'play').map(({ name }) => name));
    const stopped: string[] = [];
    for (const [play, seen] of counts) {
      const decision = paused.has(play) ? null : judgeBrake(seen, brake);
      if (!decision) continue;
      const by = { actor: 'headroom', door: 'brake', now, reason: decision.reason };
      await setPause(tx, { scope: 'play', name: play }, by);
      deps.log.error(
        { play },
        `${play} is paused: ${decision.reason}. Look, then: headroom pause --play ${play} --clear`,
      );
      stopped.push(play);
    }
    return stopped;
  });
}
