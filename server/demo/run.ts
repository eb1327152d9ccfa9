import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { writeDemoWorld } from '../../sandbox/demo-world.ts';
import { removeDataDir } from '../embedded/data-dir.ts';
import type { DemoOptions } from '../options.ts';
import { judge } from './judge.ts';
import { MemoryWatch } from './memory.ts';
import { slowdown, takePlace } from './pace.ts';
import { play } from './play.ts';
import { formatCredits, formatReport, makeReport, verdict } from './report.ts';
import { say } from './say.ts';
import { serversOf } from './servers.ts';
import { Stage } from './stage.ts';
import { temporalNumbers } from './temporal-numbers.ts';
import { type WorldTimes, worldTimes } from './world-times.ts';

const DAY_MS = 86_400_000;
/** A day in 3 s; with kills in 10 s, since a restart takes a few. */
const SCALE = { calm: 28_800, chaos: 8_640 };
const CHAOS_DAYS = 20;
/** Until the hub has started: business time stands still till then. */
const BOOT_MS = 15_000;

/**
 * The main job, from end to end: a sandbox with every vendor and its people, the hub as its own process, and this
 * driver, which tells the story, kills when asked to, and lets the checker judge by what the vendors saw.
 * @returns the exit code: 1 when the checker or an effect says that something went wrong
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const started = performance.now();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'headroom-demo-'));
  const { place, leave } = takePlace();
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let stage: Stage | null = null;
  let keepsLogs = false;
  try {
    const world = options.world ?? (await writeDemoWorld(path.join(folder, 'world')));
    const times = await worldTimes(world, options.days ?? (options.chaos ? CHAOS_DAYS : null));
    const scale = paceOf(place, times, options.chaos);
    say(pc.dim(`starting the vendors and the hub; logs in ${folder}`));
    const clock = { startedAt: new Date(Date.now() + BOOT_MS).toISOString(), epoch: times.start, scale };
    stage = await Stage.open(folder, options, { world, clock });
    say(pc.dim(`hub at ${stage.hubUrl}, ready`));
    const memory = new MemoryWatch();
    const seed = options.chaos ? `demo${options.seed ?? ''}` : null;
    await play(stage, { times, seed, memory }, interrupted.signal);
    if (interrupted.signal.aborted) return 130;
    const tookSeconds = (performance.now() - started) / 1_000;
    const code = await finish(stage, options, { times, memory, tookSeconds });
    keepsLogs = code !== 0;
    if (options.keep) await stay(stage, interrupted.signal);
    return code;
  } catch (error) {
    keepsLogs = true;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await stage?.close();
    leave();
    if (!keepsLogs) {
      removeDataDir(path.join(folder, 'data'));
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Business milliseconds per wire millisecond; says so when the machine is shared. */
function paceOf(place: number, { start, end }: WorldTimes, chaos: boolean): number {
  const wanted = chaos ? SCALE.chaos : SCALE.calm;
  const cores = os.availableParallelism();
  const slower = slowdown(place, cores, wanted);
  const scale = wanted / slower;
  const days = Math.round((Date.parse(end) - Date.parse(start)) / DAY_MS);
  const pace = `${days} days at ${scale.toLocaleString('en-US')}× (a day takes ${secondsOfDay(scale)} s)`;
  say(`${pc.bold('Headroom demo')}: ${pace}${chaos ? ', with kills' : ''}`);
  if (slower > 1) {
    // All processes of this demo come from this one: those that were here first get what they need.
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
    say(pc.yellow(`${slower} times slower than alone: ${place} of these run on ${cores} cores already`));
  }
  return scale;
}

/** Lets the checker judge, and shows what came of it. @returns the exit code */
async function finish(
  stage: Stage,
  options: DemoOptions,
  run: { times: WorldTimes; memory: MemoryWatch; tookSeconds: number },
): Promise<number> {
  if (!stage.client) throw new Error('the hub is not there to report');
  const hub = await stage.client.report();
  const unclear = await stage.client.unclear();
  const { control } = stage.sandbox.addresses;
  const until = encodeURIComponent(run.times.end);
  const seen = verdict.parse(await (await fetch(`${control}/checker?until=${until}`)).json());
  if (options.record) await fetch(`${control}/recording`);
  const { temporal: server } = serversOf(stage.dataDir);
  const temporal = server
    ? await temporalNumbers(`127.0.0.1:${server.port}`)
    : { workflows: 0, historyEventsByType: {} };
  const { tookSeconds } = run;
  const report = makeReport({ hub, verdict: seen, temporal, memory: run.memory.report(), tookSeconds });
  say(`\n${formatReport(report)}\n${formatCredits(report)}`);
  for (const one of seen.duplicates) say(pc.red(`duplicate: ${one.key}`));
  for (const one of seen.missing) say(pc.red(`missing: ${one.sentence}`));
  for (const one of seen.forbidden) say(pc.red(`forbidden (${one.rule}): ${one.sentence}`));
  for (const one of unclear.items) say(pc.yellow(`unclear: ${one.operation} on ${one.connection}, ${one.key}`));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);

  const onlyMailUnclear = unclear.items.every((effect) => effect.connection === 'email');
  const { chaos } = options;
  const { code, problems } = judge(report, { ownWorld: options.world === null, chaos, onlyMailUnclear });
  if (code === 0) say(pc.green('\nEverything that should have happened did, once.'));
  else say(pc.red(`\nNot right: ${problems.join('; ')}. Logs in ${stage.folder}`));
  if (code === 75) {
    const { scale, lagP95Hours } = report.clock;
    const late = `work began ${lagP95Hours?.toFixed(1)} business hours late`;
    say(
      `This machine was too busy for a day in ${secondsOfDay(scale)} s: ${late}. Close other programs and run it again.`,
    );
  }
  return code;
}

/** `--keep`: everything stays up for a look around. */
async function stay({ sandbox, addresses, dataDir }: Stage, signal: AbortSignal): Promise<void> {
  say(pc.bold('\nEverything keeps running; Ctrl-C ends it.'));
  const views = Object.entries(sandbox.views).map(([name, url]) => ({ name: `${name} (what people see there)`, url }));
  for (const { name, url } of [...addresses, ...views]) say(`  ${name.padEnd(32)} ${url}`);
  say(`  ${'command line'.padEnd(32)} ./headroom status --data ${dataDir}`);
  while (!signal.aborted) await sleep(60_000, undefined, { signal }).catch(() => undefined);
}

function secondsOfDay(scale: number): string {
  return (DAY_MS / scale / 1_000).toFixed(0);
}
