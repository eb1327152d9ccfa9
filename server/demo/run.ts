import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { type BusinessClock, businessNow } from '../../domain/clock.ts';
import { writeDemoWorld } from '../../sandbox/demo-world.ts';
import { removeDataDir } from '../embedded/data-dir.ts';
import { freePort } from '../embedded/ports.ts';
import { readHubAddress } from '../hub-address.ts';
import type { DemoOptions, SandboxFile } from '../options.ts';
import { planKills, runKills, type Victim } from './chaos.ts';
import { type HubClient, hubClient } from './hub-client.ts';
import { MemoryWatch } from './memory.ts';
import { slowdown, takePlace } from './pace.ts';
import { type Process, startHubProcess, startSandboxProcess, stopProcess } from './processes.ts';
import { formatCredits, formatReport, makeReport, verdict } from './report.ts';
import { serversOf } from './servers.ts';
import { Story } from './story.ts';
import { temporalNumbers } from './temporal-numbers.ts';
import { type WorldTimes, worldTimes } from './world-times.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DAY_MS = 86_400_000;
/** A day in 3 s; with kills in 10 s, since a restart takes a few. */
const SCALE = { calm: 28_800, chaos: 8_640 };
const CHAOS_DAYS = 20;
/** Until the hub has started: business time stands still till then. */
const BOOT_MS = 15_000;
/** Later than this the hub has not kept up with the clock: what is missing then says nothing about the hub. */
const BUSY_HOURS = 6;
/** EX_TEMPFAIL of sysexits.h. */
const TRY_AGAIN = 75;
/** Wire time at the end in which work that was under way is finished. */
const DRAIN_MS = 6_000;
const EXAMPLE = path.join(ROOT, 'config', 'examples', 'tidewater');

/**
 * The main job, from end to end: a sandbox with every vendor and its people, the hub as its own process, and this
 * driver, which tells the story, kills when asked to, and lets the checker judge by what the vendors saw.
 * @returns the exit code: 1 when the checker or an effect says that something went wrong
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const started = performance.now();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'headroom-demo-'));
  const run = new DemoRun(options, folder);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await run.start();
    await run.play(interrupted.signal);
    if (interrupted.signal.aborted) return 130;
    const code = await run.finish((performance.now() - started) / 1_000);
    if (options.keep) await run.stay(interrupted.signal);
    return code;
  } catch (error) {
    run.keepLogs();
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await run.stop();
  }
}

class DemoRun {
  readonly #options: DemoOptions;
  readonly #folder: string;
  readonly #dataDir: string;
  readonly #memory = new MemoryWatch();
  readonly #place = takePlace();
  #sandbox: { process: Process; ready: SandboxFile & { views: Record<string, string> } } | null = null;
  #hub: Process | null = null;
  #hubArgs: Parameters<typeof startHubProcess>[0] | null = null;
  #addresses: { name: string; url: string }[] = [];
  #clock: BusinessClock = { startedAt: '', epoch: '', scale: 1 };
  #times: WorldTimes = { start: '', end: '', incidents: [] };
  #client: HubClient | null = null;
  #starting: Promise<void> | null = null;
  #keepLogs = false;

  constructor(options: DemoOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#dataDir = path.join(folder, 'data');
  }

  get #logs() {
    return { hub: path.join(this.#folder, 'hub.log'), sandbox: path.join(this.#folder, 'sandbox.log') };
  }

  async start(): Promise<void> {
    const { options } = { options: this.#options };
    const world = options.world ?? (await writeDemoWorld(path.join(this.#folder, 'world')));
    this.#times = await worldTimes(world, options.days ?? (options.chaos ? CHAOS_DAYS : null));
    const wanted = options.chaos ? SCALE.chaos : SCALE.calm;
    const slower = slowdown(this.#place.place, os.availableParallelism(), wanted);
    const scale = wanted / slower;
    const port = await freePort();
    this.#clock = { startedAt: new Date(Date.now() + BOOT_MS).toISOString(), epoch: this.#times.start, scale };
    say(
      `${pc.bold('Headroom demo')}: ${days(this.#times)} days at ${scale.toLocaleString('en-US')}× (a day takes ${(DAY_MS / scale / 1_000).toFixed(0)} s)${options.chaos ? ', with kills' : ''}`,
    );
    if (slower > 1) {
      // All processes of this demo come from this one: those that were here first get what they need.
      os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
      say(
        pc.yellow(
          `${slower} times slower than alone: ${this.#place.place} of these run on ${os.availableParallelism()} cores already`,
        ),
      );
    }
    say(pc.dim(`starting the vendors and the hub; logs in ${this.#folder}`));
    const cast =
      options.world === null ? JSON.parse(readFileSync(path.join(ROOT, 'sandbox', 'demo-cast.json'), 'utf8')) : {};
    const sandbox = await startSandboxProcess(
      {
        world: { usage: world.usage, truth: world.truth },
        clock: this.#clock,
        seed: `demo${options.seed ?? ''}`,
        cast,
        record: options.record,
        ledger: path.join(this.#folder, 'ledger.ndjson'),
        hubUrl: `http://127.0.0.1:${port}`,
      },
      this.#logs.sandbox,
    );
    this.#sandbox = { process: sandbox.process, ready: { ...sandbox.ready, clock: this.#clock } };
    const sandboxFile = path.join(this.#folder, 'sandbox.json');
    writeFileSync(sandboxFile, JSON.stringify({ ...sandbox.ready, clock: this.#clock }), { mode: 0o600 });
    this.#hubArgs = {
      configDir: options.configDir ?? EXAMPLE,
      dataDir: this.#dataDir,
      port,
      sandboxFile,
      clock: this.#clock,
      ui: options.keep,
      logFile: this.#logs.hub,
    };
    await this.#startHub();
    say(pc.dim(`hub at http://127.0.0.1:${port}, ready`));
  }

  async #startHub(): Promise<void> {
    if (!this.#hubArgs) return;
    const hub = await startHubProcess(this.#hubArgs);
    this.#hub = hub.process;
    this.#addresses = hub.addresses;
    const address = readHubAddress(this.#dataDir);
    if (address) this.#client = hubClient(address.url, address.token);
  }

  /** Tells the story until the world's time is over. */
  async play(signal: AbortSignal): Promise<void> {
    const story = new Story(this.#times.start, say);
    const ending = new AbortController();
    let failure: unknown = null;
    const chaos = this.#options.chaos ? this.#chaos(AbortSignal.any([signal, ending.signal])) : Promise.resolve();
    const kills = chaos.catch((error: unknown) => {
      failure = error;
    });
    const incidents = [...this.#times.incidents];
    let turn = 0;
    while (!signal.aborted && failure === null && this.#now() < this.#times.end) {
      if (!this.#options.chaos && this.#hub && this.#hub.child.exitCode !== null)
        throw new Error(`the hub ended by itself; see ${this.#logs.hub}`);
      await this.#relayIncidents(incidents);
      if (this.#client) await story.follow(this.#client);
      if (turn % 5 === 0) this.#sampleMemory();
      turn += 1;
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
    if (failure !== null) throw failure;
    await kills;
    ending.abort();
    await this.#starting;
    await sleep(DRAIN_MS, undefined, { signal }).catch(() => undefined);
    if (this.#client) await story.follow(this.#client);
  }

  /** Incidents come from a status page, not from a vendor: whoever runs it tells the hub. */
  async #relayIncidents(left: WorldTimes['incidents']): Promise<void> {
    while (left[0] && left[0].at <= this.#now() && this.#client) {
      const { id, scope, state } = left[0];
      const told = await this.#client.incident({ id, scope, state, note: 'from the status page' }).catch(() => null);
      if (told === null) return;
      left.shift();
    }
  }

  async #chaos(signal: AbortSignal): Promise<void> {
    const runMs = (Date.parse(this.#times.end) - Date.parse(this.#times.start)) / this.#clock.scale;
    const plan = planKills(`demo${this.#options.seed ?? ''}`, runMs);
    await runKills(plan, (victim) => this.#kill(victim), signal);
  }

  async #kill(victim: Victim): Promise<void> {
    const servers = serversOf(this.#dataDir);
    const pid = { hub: this.#hub?.pid, postgres: servers.postgres, temporal: servers.temporal?.pid }[victim];
    if (!pid) return;
    say(pc.red(`  ✗ kill -9 ${victim} (process ${pid})`));
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      throw new Error(`the ${victim} had ended by itself before it was to be killed; see ${this.#logs.hub}`);
    }
    if (victim !== 'hub') return;
    this.#client = null;
    await this.#hub?.ended;
    this.#starting = this.#startHub();
    await this.#starting;
    say(pc.green('  ✓ the hub is back'));
  }

  #now(): string {
    return businessNow(this.#clock, Date.now());
  }

  #sampleMemory(): void {
    if (!this.#hub || !this.#sandbox) return;
    const { postgres, temporal } = serversOf(this.#dataDir);
    const servers = {
      ...(postgres === null ? {} : { postgres }),
      ...(temporal === null ? {} : { temporal: temporal.pid }),
    };
    this.#memory.sample({ driver: process.pid, hub: this.#hub.pid, sandbox: this.#sandbox.process.pid, ...servers });
  }

  async finish(tookSeconds: number): Promise<number> {
    const client = this.#client;
    if (!client || !this.#sandbox) throw new Error('the hub is not there to report');
    const hub = await client.report();
    const unclear = await client.unclear();
    const control = this.#sandbox.ready.addresses.control;
    const until = encodeURIComponent(this.#times.end);
    const judged = verdict.parse(await (await fetch(`${control}/checker?until=${until}`)).json());
    if (this.#options.record) await fetch(`${control}/recording`);
    const { temporal } = serversOf(this.#dataDir);
    const numbers = temporal
      ? await temporalNumbers(`127.0.0.1:${temporal.port}`)
      : { workflows: 0, historyEventsByType: {} };
    const report = makeReport({ hub, verdict: judged, temporal: numbers, memory: this.#memory.report(), tookSeconds });
    say(`\n${formatReport(report)}\n${formatCredits(report)}`);
    for (const one of judged.duplicates) say(pc.red(`duplicate: ${one.key}`));
    for (const one of judged.missing) say(pc.red(`missing: ${one.sentence}`));
    for (const one of judged.forbidden) say(pc.red(`forbidden (${one.rule}): ${one.sentence}`));
    for (const one of unclear.items) say(pc.yellow(`unclear: ${one.operation} on ${one.connection}, ${one.key}`));
    if (this.#options.json) writeFileSync(this.#options.json, `${JSON.stringify(report, null, 2)}\n`);
    const onlyMail = unclear.items.every((effect) => effect.connection === 'email');
    return this.#verdict(report, onlyMail);
  }

  /**
   * A world of somebody else's is shown, not judged: its labels may mean what our triggers do not look for.
   * @returns the exit code: 0, 1, or 75 (try again) when the machine was too busy to keep up with the clock
   */
  #verdict(report: ReturnType<typeof makeReport>, onlyMail: boolean): number {
    const { checker, effects, attribution, unattributed, expansionAcvCents, clock } = report;
    const sum = [...attribution, ...unattributed].reduce((total, row) => total + row.acvCents, 0);
    const judged = this.#options.world === null;
    const problems = [
      ...(checker.duplicates > 0 ? [`${checker.duplicates} duplicates`] : []),
      ...(judged && checker.forbidden > 0 ? [`${checker.forbidden} forbidden`] : []),
      ...(judged && checker.missing > (this.#options.chaos ? effects.unclear : 0)
        ? [`${checker.missing} missing`]
        : []),
      ...(effects.unclear > 0 && !(this.#options.chaos && onlyMail) ? [`${effects.unclear} effects unclear`] : []),
      ...(sum === expansionAcvCents ? [] : [`credits sum to ${sum}, expansion is ${expansionAcvCents}`]),
    ];
    if (problems.length === 0) {
      say(pc.green('\nEverything that should have happened did, once.'));
      return 0;
    }
    this.keepLogs();
    say(pc.red(`\nNot right: ${problems.join('; ')}. Logs in ${this.#folder}`));
    const lag = clock.lagP95Hours ?? 0;
    if (checker.duplicates > 0 || this.#options.chaos || lag <= BUSY_HOURS) return 1;
    say(
      `This machine was too busy for a day in ${(DAY_MS / clock.scale / 1_000).toFixed(0)} s: work began ${lag.toFixed(1)} business hours late. Close other programs and run it again.`,
    );
    return TRY_AGAIN;
  }

  /** `--keep`: everything stays up for a look around. */
  async stay(signal: AbortSignal): Promise<void> {
    say(pc.bold('\nEverything keeps running; Ctrl-C ends it.'));
    const views = Object.entries(this.#sandbox?.ready.views ?? {}).map(([name, url]) => ({
      name: `${name} (what people see there)`,
      url,
    }));
    for (const { name, url } of [...this.#addresses, ...views]) say(`  ${name.padEnd(32)} ${url}`);
    say(`  ${'command line'.padEnd(32)} ./headroom status --data ${this.#dataDir}`);
    while (!signal.aborted) await sleep(60_000, undefined, { signal }).catch(() => undefined);
  }

  keepLogs(): void {
    this.#keepLogs = true;
  }

  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await stopProcess(this.#hub);
    await stopProcess(this.#sandbox?.process ?? null);
    this.#place.leave();
    if (this.#keepLogs) return;
    removeDataDir(this.#dataDir);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function days({ start, end }: WorldTimes): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / DAY_MS);
}
