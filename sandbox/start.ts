import type { BusinessClock } from '../domain/clock.ts';
import { judge } from './checker/judge.ts';
import { readTruth } from './checker/truth-file.ts';
import { defaultJudgeConfig, type JudgeConfig, type Verdict } from './checker/types.ts';
import { controlServer } from './control.ts';
import type { FaultInput } from './faults/fault.ts';
import { type Frame, startFrame } from './frame/frame.ts';
import type { MakeTwin } from './frame/types.ts';
import type { WorldPlayer } from './frame/world-player.ts';
import { startPeople } from './people/people.ts';
import type { Cast } from './people/personas.ts';

export interface SandboxOptions {
  /** Files, plain or .gz (bench/worlds/README.md). Without a truth file nothing is expected, only duplicates are found. */
  world: { usage: string; truth?: string | null };
  clock: BusinessClock;
  seed: string;
  faults?: FaultInput[];
  record?: string | null;
  ledger?: string | null;
  hubUrl?: string | null;
  cast?: Cast;
  /** False: nobody acts. */
  people?: boolean;
  judge?: Partial<JudgeConfig>;
  /** False: vendors refuse nobody for asking too often. */
  rateLimits?: boolean;
  log?: (line: string) => void;
}

export interface Sandbox {
  /** Where the hub reaches each vendor, and the control API. */
  addresses: Record<string, string>;
  /** Pages for people, by vendor. */
  views: Record<string, string>;
  /** What the hub must be given, by environment variable. */
  secrets: Record<string, string>;
  frame: Frame;
  player: WorldPlayer;
  judge: (until: string) => Promise<Verdict>;
  /** Resolves when somebody asked for the end by the control API. */
  stopAsked: Promise<void>;
  stop: () => Promise<void>;
}

/** Starts every vendor, the people and the control API on free loopback ports; resolves when the past is caught up with. */
export async function startSandbox(options: SandboxOptions, twins: Record<string, MakeTwin>): Promise<Sandbox> {
  const frame = await startFrame({ ...options, twins });
  const people =
    options.people === false
      ? null
      : startPeople(frame, { seed: options.seed, cast: options.cast ?? {}, worldStart: options.clock.epoch });
  const player = await frame.play(options.world.usage);
  const truth = options.world.truth ? await readTruth(options.world.truth) : [];
  const config = { ...defaultJudgeConfig, ...options.judge };
  const judgeUntil = async (until: string) => judge({ truth, ledger: frame.ledger.entries, config, until });

  let askStop: () => void = () => undefined;
  const stopAsked = new Promise<void>((resolve) => {
    askStop = resolve;
  });
  const addresses: Record<string, string> = {};
  const views: Record<string, string> = {};
  for (const [vendor, { url, viewUrl }] of Object.entries(frame.running)) {
    addresses[vendor] = url;
    if (viewUrl !== null) views[vendor] = viewUrl;
  }
  const described = () => ({ addresses, views, secrets: frame.secrets });
  const control = controlServer({
    frame,
    addresses: described,
    judge: judgeUntil,
    played: player.played,
    stop: askStop,
  });
  addresses.control = await control.listen({ host: '127.0.0.1', port: 0 });

  let stopped: Promise<void> | null = null;
  const stop = async () => {
    people?.stop();
    await control.close();
    await frame.stop();
  };
  return {
    addresses,
    views,
    secrets: frame.secrets,
    frame,
    player,
    judge: judgeUntil,
    stopAsked,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
