import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Driven, Effect } from './drive.ts';
import type { OpenScene } from './scene.ts';

/** A busy machine may take long to start it. */
const CHILD_MS = 120_000;

/**
 * A worker of its own process stops (SIGSTOP, by itself, to hit the moment) between the announcement and the first
 * byte, sleeps past everything, and is continued after another worker has taken over. Whatever it still does counts.
 */
export async function playStopped(
  scene: OpenScene,
  effect: Effect,
  drive: () => Promise<Driven>,
  pastMs: number,
): Promise<Driven> {
  const { subject, plan, lane } = scene;
  const job = {
    module: subject.module,
    key: subject.key,
    plan,
    lane: { ...lane, dataKey: lane.dataKey.toString('base64') },
    effect,
  };
  const child = spawn(
    process.execPath,
    [new URL('./worker-process.ts', import.meta.url).pathname, JSON.stringify(job)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: CHILD_MS,
      killSignal: 'SIGKILL',
    },
  );
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    const { value: said } = await lines.next();
    if (said !== 'stopping') throw new Error(`the operation never awaited call.sending() (${said ?? 'it ended'})`);
    await sleep(pastMs);
    const driven = await drive();
    child.kill('SIGCONT');
    await ended;
    return driven;
  } finally {
    child.kill('SIGKILL');
  }
}
