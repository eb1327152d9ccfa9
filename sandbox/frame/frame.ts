import { setImmediate } from 'node:timers/promises';
import type { BusinessClock } from '../../domain/clock.ts';
import type { Json } from '../../domain/model.ts';
import type { FaultInput } from '../faults/fault.ts';
import { createFaultList, type FaultList } from '../faults/fault-list.ts';
import type { Act } from './acts.ts';
import { type Bus, createBus } from './bus.ts';
import { createClock, type SandboxClock } from './clock.ts';
import { createDeliver } from './deliver.ts';
import { catalogueOfWorlds, createDirectory, type LiveDirectory } from './directory.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createPlanOverrides } from './plan-overrides.ts';
import { createRecorder, type Recorder } from './recording.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { makeSecrets } from './secrets.ts';
import { openTwin, type RunningTwin } from './twin-server.ts';
import type { LedgerEntry, MakeTwin, Twin, WorldRow } from './types.ts';
import { playWorld, type WorldPlayer } from './world-player.ts';

export interface FrameOptions {
  twins: Record<string, MakeTwin>;
  clock: BusinessClock;
  /** Secrets and chances come from it. */
  seed: string;
  faults?: FaultInput[];
  /** File that gets each exchange on the wire. */
  record?: string | null;
  /** File that gets the ledger as it grows. */
  ledger?: string | null;
  /** Where webhooks go; may be told later. */
  hubUrl?: string | null;
  /** False: vendors refuse nobody for asking too often. */
  rateLimits?: boolean;
  log?: (line: string) => void;
}

/** The twins, running on loopback, with everything they share. */
export interface Frame {
  clock: SandboxClock;
  scheduler: Scheduler;
  bus: Bus;
  ledger: Ledger;
  faults: FaultList;
  recorder: Recorder;
  directory: LiveDirectory;
  secrets: Record<string, string>;
  running: Record<string, RunningTwin>;
  setHub: (url: string | null) => void;
  hubUrl: () => string | null;
  /** @throws Error when there is no such twin or act */
  actOn: (vendor: string, act: string, input: Record<string, Json>) => Promise<Json>;
  act: Act;
  note: (vendor: string, entry: Omit<LedgerEntry, 'at' | 'wireAt' | 'vendor'>) => void;
  log: (line: string) => void;
  /** Plays a usage file; resolves when the past is caught up with. */
  play: (usageFile: string) => Promise<WorldPlayer>;
  stop: () => Promise<void>;
}

export async function startFrame(options: FrameOptions): Promise<Frame> {
  const log = options.log ?? (() => undefined);
  const clock = createClock(options.clock);
  const scheduler = createScheduler(clock, log);
  const bus = createBus(log);
  const ledger = createLedger(options.ledger ?? null);
  const faults = createFaultList(options.faults);
  const secrets = makeSecrets(options.seed, Object.keys(options.twins));
  const { REVOPS_EMAIL: _public, ...hidden } = secrets;
  const recorder = createRecorder(options.record ?? null, Object.values(hidden));
  const directory = createDirectory(catalogueOfWorlds());
  const overrides = createPlanOverrides(directory.catalogue);
  const stopping = new AbortController();
  let hub = options.hubUrl ?? null;
  // A company sets its webhooks up when it brings the hub in: nobody tells it what was before.
  let inThePast = false;
  const hubUrl = () => (inThePast ? null : hub);

  const note: Frame['note'] = (vendor, entry) =>
    ledger.append({ ...entry, at: clock.now(), wireAt: Date.now(), vendor });

  const notePlan = (account: string, product: string, plan: string | null, cause: 'world' | 'customer' | 'hub') =>
    note('sandbox', {
      kind: 'act',
      act: 'plan_changed',
      account,
      product,
      id: `${account}/${product}`,
      summary: `${account} is on ${plan ?? 'no plan'} of ${product} now`,
      data: { plan, cause },
    });
  bus.on('billing.plan_changed', ({ account, product, plan, cause }) => {
    // The world's own changes are seen where its rows are played.
    if (cause === 'world') return;
    directory.setPlan(account, product, plan);
    overrides.changed({ account, product, plan });
    notePlan(account, product, plan, cause);
  });

  const twins = new Map<string, Twin>();
  for (const [name, makeTwin] of Object.entries(options.twins)) {
    twins.set(
      name,
      makeTwin({
        ...clock,
        at: scheduler.at,
        record: (entry) => note(name, entry),
        emit: bus.emit,
        on: bus.on,
        deliver: createDeliver({ vendor: name, clock, hubUrl, recorder, faults, signal: stopping.signal, log }),
        directory,
        secrets,
        rateLimits: options.rateLimits ?? true,
        log: (line) => log(`${name}: ${line}`),
      }),
    );
  }
  const running: Record<string, RunningTwin> = {};
  for (const [name, twin] of twins) running[name] = await openTwin(twin, { clock, recorder, faults });

  const apply = (written: WorldRow) => {
    const row = overrides.translate(written);
    if (row === null) return;
    if (row.type === 'subscription') {
      const before = directory.planOf(row.account, row.product);
      if (before !== null && before !== row.plan) notePlan(row.account, row.product, row.plan, 'world');
    }
    directory.learn(row);
    for (const [name, twin] of twins) {
      try {
        twin.apply(row);
      } catch (error) {
        log(`${name} could not take a row of the world: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };

  const actOn: Frame['actOn'] = async (vendor, act, input) => {
    const run = twins.get(vendor)?.acts[act];
    if (!run)
      throw new Error(
        `${vendor} offers no act ${act}; it offers: ${Object.keys(twins.get(vendor)?.acts ?? {}).join(', ')}`,
      );
    return run(input);
  };

  let player: WorldPlayer | null = null;
  return {
    clock,
    scheduler,
    bus,
    ledger,
    faults,
    recorder,
    directory,
    secrets,
    running,
    setHub: (url) => {
      hub = url;
    },
    hubUrl,
    actOn,
    act: (name, input) => {
      const [vendor = '', act = ''] = name.split('.');
      return actOn(vendor, act, { ...input });
    },
    note,
    log,
    play: async (file) => {
      inThePast = true;
      player = await playWorld({ file, clock, scheduler, apply });
      // What the last row changed leaves its vendor within this turn.
      await setImmediate();
      inThePast = false;
      player.done.catch((error: unknown) =>
        log(`the world stopped: ${error instanceof Error ? error.message : String(error)}`),
      );
      return player;
    },
    stop: async () => {
      player?.stop();
      scheduler.stop();
      stopping.abort();
      await Promise.all(Object.values(running).map((twin) => twin.close()));
      await recorder.close();
      await ledger.close();
    },
  };
}
