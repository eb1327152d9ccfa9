import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BusinessClock, businessNow } from '../../domain/clock.ts';
import { freePort } from '../embedded/ports.ts';
import { readHubAddress } from '../hub-address.ts';
import type { DemoOptions } from '../options.ts';
import type { Victim } from './chaos.ts';
import { type HubClient, hubClient } from './hub-client.ts';
import { type Process, type SandboxReady, startHubProcess, startSandboxProcess, stopProcess } from './processes.ts';
import { serversOf } from './servers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = path.join(ROOT, 'config', 'examples', 'tidewater');
const CAST = path.join(ROOT, 'sandbox', 'demo-cast.json');

/** Everything that runs for a demo: the vendors in one process, the hub with its servers in another, on one clock. */
export class Stage {
  readonly folder: string;
  readonly clock: BusinessClock;
  readonly sandbox: SandboxReady;
  /** What answers where, for people. */
  addresses: { name: string; url: string }[] = [];
  /** Null while the hub is down. */
  client: HubClient | null = null;
  readonly #vendors: Process;
  readonly #hubArgs: Parameters<typeof startHubProcess>[0];
  #hub: Process | null = null;
  #starting: Promise<void> | null = null;

  /** Both processes have answered. @param folder gets their logs and all data */
  static async open(
    folder: string,
    options: DemoOptions,
    { world, clock }: { world: { usage: string; truth: string | null }; clock: BusinessClock },
  ): Promise<Stage> {
    const port = await freePort();
    const own = options.world === null;
    const vendors = await startSandboxProcess(
      {
        world: { usage: world.usage, truth: world.truth },
        clock,
        seed: `demo${options.seed ?? ''}`,
        cast: own ? JSON.parse(readFileSync(CAST, 'utf8')) : {},
        record: options.record,
        ledger: path.join(folder, 'ledger.ndjson'),
        hubUrl: `http://127.0.0.1:${port}`,
      },
      path.join(folder, 'sandbox.log'),
    );
    const sandboxFile = path.join(folder, 'sandbox.json');
    writeFileSync(sandboxFile, JSON.stringify({ ...vendors.ready, clock }), { mode: 0o600 });
    const stage = new Stage(folder, vendors, {
      configDir: options.configDir ?? EXAMPLE,
      dataDir: path.join(folder, 'data'),
      port,
      sandboxFile,
      clock,
      ui: options.keep,
      logFile: path.join(folder, 'hub.log'),
    });
    try {
      await stage.#startHub();
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  private constructor(
    folder: string,
    vendors: { process: Process; ready: SandboxReady },
    hubArgs: Parameters<typeof startHubProcess>[0],
  ) {
    this.folder = folder;
    this.clock = hubArgs.clock;
    this.sandbox = vendors.ready;
    this.#vendors = vendors.process;
    this.#hubArgs = hubArgs;
  }

  get dataDir(): string {
    return this.#hubArgs.dataDir;
  }

  get hubUrl(): string {
    return `http://127.0.0.1:${this.#hubArgs.port}`;
  }

  get hubLog(): string {
    return this.#hubArgs.logFile;
  }

  /** True when the hub's process is gone and nobody starts it again. */
  get hubEnded(): boolean {
    const child = this.#hub?.child;
    return child !== undefined && (child.exitCode !== null || child.signalCode !== null);
  }

  now(): string {
    return businessNow(this.clock, Date.now());
  }

  /** Processes of this demo by name; those that do not run are left out. */
  pids(): Record<string, number> {
    const { postgres, temporal } = serversOf(this.dataDir);
    const all = {
      driver: process.pid,
      hub: this.#hub?.pid,
      sandbox: this.#vendors.pid,
      postgres: postgres ?? undefined,
      temporal: temporal?.pid,
    };
    return Object.fromEntries(Object.entries(all).flatMap(([name, pid]) => (pid === undefined ? [] : [[name, pid]])));
  }

  /** With -9. The hub is started again by this, its servers by the hub. @returns when the hub is back */
  async kill(victim: Victim, pid: number): Promise<void> {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      throw new Error(`the ${victim} had ended by itself before it was to be killed; see ${this.hubLog}`);
    }
    if (victim !== 'hub') return;
    this.client = null;
    await this.#hub?.ended;
    this.#starting = this.#startHub();
    await this.#starting;
  }

  /** When the hub that was killed last is back. */
  async back(): Promise<void> {
    await this.#starting;
  }

  async #startHub(): Promise<void> {
    const hub = await startHubProcess(this.#hubArgs);
    this.#hub = hub.process;
    this.addresses = hub.addresses;
    const address = readHubAddress(this.dataDir);
    if (address) this.client = hubClient(address.url, address.token);
  }

  async close(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await stopProcess(this.#hub);
    await stopProcess(this.#vendors);
  }
}
