import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { planKills, runKills, type Victim } from './chaos.ts';
import type { MemoryWatch } from './memory.ts';
import { say } from './say.ts';
import type { Stage } from './stage.ts';
import { Story } from './story.ts';
import type { WorldTimes } from './world-times.ts';

const LOOK_EVERY_MS = 1_000;
const LOOKS_PER_SAMPLE = 5;
/** Wire time at the end in which work that was under way is finished. */
const DRAIN_MS = 6_000;

/** Tells the story until the world's time is over, and kills as planned. @param seed of the kills; null: nobody is killed */
export async function play(
  stage: Stage,
  { times, seed, memory }: { times: WorldTimes; seed: string | null; memory: MemoryWatch },
  signal: AbortSignal,
): Promise<void> {
  const story = new Story(times.start, say);
  const ending = new AbortController();
  let failure: unknown = null;
  const kills = seed === null ? null : killAsPlanned(stage, times, seed, AbortSignal.any([signal, ending.signal]));
  const killed = kills?.catch((error: unknown) => {
    failure = error;
  });
  const incidents = [...times.incidents];
  for (let look = 0; !signal.aborted && failure === null && stage.now() < times.end; look++) {
    if (seed === null && stage.hubEnded) throw new Error(`the hub ended by itself; see ${stage.hubLog}`);
    await relayIncidents(stage, incidents);
    if (stage.client) await story.follow(stage.client);
    if (look % LOOKS_PER_SAMPLE === 0) memory.sample(stage.pids());
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  if (failure !== null) throw failure;
  await killed;
  ending.abort();
  await stage.back();
  await sleep(DRAIN_MS, undefined, { signal }).catch(() => undefined);
  if (stage.client) await story.follow(stage.client);
}

/** Incidents come from a status page, not from a vendor: whoever runs it tells the hub. */
async function relayIncidents(stage: Stage, left: WorldTimes['incidents']): Promise<void> {
  while (left[0] && left[0].at <= stage.now() && stage.client) {
    const { id, scope, state } = left[0];
    const told = await stage.client.incident({ id, scope, state, note: 'from the status page' }).catch(() => null);
    if (told === null) return;
    left.shift();
  }
}

async function killAsPlanned(
  stage: Stage,
  { start, end }: WorldTimes,
  seed: string,
  signal: AbortSignal,
): Promise<void> {
  const runMs = (Date.parse(end) - Date.parse(start)) / stage.clock.scale;
  const kill = async (victim: Victim) => {
    const pid = stage.pids()[victim];
    if (pid === undefined) return;
    say(pc.red(`  ✗ kill -9 ${victim} (process ${pid})`));
    await stage.kill(victim, pid);
    if (victim === 'hub') say(pc.green('  ✓ the hub is back'));
  };
  await runKills(planKills(seed, runMs), kill, signal);
}
