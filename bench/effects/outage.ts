/**
 * One vendor is away for minutes while everybody wants something from it. What does that cost the others, and how fast
 * is what waited done when it is back? Counted by what the vendors' ledgers show, and when.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { failNoMore, failVendor, setVendor } from './faults.ts';
import { type Judged, judge } from './judge.ts';
import type { Kind, Target } from './kinds.ts';
import { countSeen, kindOf, readLedger } from './ledger.ts';
import { runSubject, type SubjectOutcome } from './load.ts';
import type { Stage } from './stage.ts';

const AWAY = 'hubspot';
/** A tag may be set twice, a task may not be there twice: once its answer is lost, it is looked up first. */
const AWAY_WAVES: Kind[][] = [['tag', 'task']];
const OTHER_WAVES: Kind[][] = [['mail', 'plan_change']];
/** In flight before the outage: more than the vendor takes, at any time. */
const FULL_DEMAND = 60;
/** What waits at most when the vendor is back. */
const BACKLOG = 750;
const OTHERS_EVERY_MS = 500;
/** Longer than any window of the vendor's. */
const WARM_UP_MS = 15_000;
const TICK_MS = 50;
const DRAIN_AT_MOST_MS = 6 * 60_000;

export interface Outage {
  outageSeconds: number;
  /** Of the vendor that was away: effects a second. */
  steady: number;
  /** From its return until nothing waited any more. */
  drain: number;
  drainRatio: number;
  /** Effects that waited when it was back, those that had not begun to among them. */
  backlog: number;
  drainSeconds: number;
  /** Effects in each ten seconds of it. */
  drainBy10s: number[];
  /** From its return to the first effect. */
  firstMs: number;
  /** As the vendor counted them. */
  pastLimit: number;
  fullestWindow: number;
  allowed: string;
  others: { vendor: string; before: number; during: number; ratio: number }[];
  /** The others' subjects, from their start to their end, while the vendor was away. */
  othersP95Ms: { before: number; during: number };
  judged: Judged;
}

const usage = z.object({
  result: z.object({ max: z.number(), intervalMs: z.number(), refused: z.number(), most: z.number() }),
});

export async function measureOutage(
  stage: Stage,
  targets: Target[],
  { outageMs, steadyMs }: { outageMs: number; steadyMs: number },
  say: (line: string) => void,
): Promise<Outage> {
  const wanting = crowd(stage, targets, 'away', AWAY_WAVES);
  const others = crowd(stage, targets, 'other', OTHER_WAVES);
  const limits = async () => {
    const response = await fetch(`${stage.control}/acts/${AWAY}/limits`, { method: 'POST' });
    return usage.parse(await response.json()).result;
  };
  let paceMs = Number.POSITIVE_INFINITY;
  let phase: 'steady' | 'away' | 'back' | 'over' = 'steady';
  const demand = everyTick(() => {
    if (phase === 'steady') while (wanting.inFlight() < FULL_DEMAND) wanting.begin();
    if (phase === 'away' && wanting.inFlight() < BACKLOG) wanting.beginEvery(paceMs);
    if (phase !== 'over') others.beginEvery(OTHERS_EVERY_MS);
    return phase !== 'over';
  });
  try {
    await sleep(WARM_UP_MS);
    const before = await limits();
    const steadyFrom = Date.now();
    await sleep(steadyMs);
    const awayFrom = Date.now();
    const steady = rateOf(await stamps(stage), ['tag', 'task'], steadyFrom, awayFrom);
    say(`${AWAY} takes ${steady.toFixed(1)} effects/s at full demand; now it goes away for ${outageMs / 1_000} s`);
    // As many come as the vendor took.
    paceMs = (1_000 / steady) * AWAY_WAVES.flat().length;
    phase = 'away';
    await outage(stage, outageMs, say);
    const backAt = Date.now();
    const backlog = wanting.inFlight();
    phase = 'back';
    say(`${AWAY} is back; ${backlog} accounts wait for it`);
    while (wanting.inFlight() > 0 && Date.now() < backAt + DRAIN_AT_MOST_MS) await sleep(TICK_MS);
    phase = 'over';
    await demand;
    const left = wanting.inFlight();
    const after = await limits();
    // Before the ledgers are read, nothing may be under way.
    await Promise.all([wanting.end(), others.end()]);
    const entries = await stamps(stage);
    const drained = entries.filter(({ kind, at }) => (kind === 'tag' || kind === 'task') && at >= backAt);
    const lastAt = left > 0 ? backAt + DRAIN_AT_MOST_MS : Math.max(backAt + 1, ...drained.map(({ at }) => at));
    const drain = rateOf(entries, ['tag', 'task'], backAt, lastAt + 1);
    const subjects = [...wanting.outcomes, ...others.outcomes];
    const seen = countSeen(
      (await readLedger(stage.control)).entries,
      subjects.map(({ subject }) => subject),
      stage.tenant,
    );
    const during = (kind: Kind) => rateOf(entries, [kind], awayFrom, backAt);
    const earlier = (kind: Kind) => rateOf(entries, [kind], steadyFrom, awayFrom);
    return {
      outageSeconds: outageMs / 1_000,
      ...{ steady, drain, drainRatio: drain / steady },
      backlog: drained.length,
      drainSeconds: (lastAt - backAt) / 1_000,
      drainBy10s: Array.from({ length: Math.ceil((lastAt + 1 - backAt) / 10_000) }, (_, n) => {
        const from = backAt + n * 10_000;
        return drained.filter(({ at }) => at >= from && at < from + 10_000).length;
      }),
      firstMs: Math.min(...drained.map(({ at }) => at)) - backAt,
      pastLimit: after.refused - before.refused,
      fullestWindow: after.most,
      allowed: `${after.max} calls in ${after.intervalMs / 1_000} s`,
      others: (
        [
          ['smtp', 'mail'],
          ['stripe', 'plan_change'],
        ] as const
      ).map(([vendor, kind]) => {
        const rates = { before: earlier(kind), during: during(kind) };
        return { vendor, ...rates, ratio: rates.during / rates.before };
      }),
      othersP95Ms: {
        before: others.p95Ms(steadyFrom, awayFrom),
        during: others.p95Ms(awayFrom, backAt),
      },
      judged: judge(subjects, seen, { before: new Set(), after: new Set() }),
    };
  } finally {
    phase = 'over';
    await setVendor(stage.control, AWAY, 'up').catch(() => undefined);
    await failNoMore(stage.control);
  }
}

/** First nobody answers, then it says that it cannot, at last nobody listens. */
async function outage({ control }: Stage, ms: number, say: (line: string) => void): Promise<void> {
  const end = Date.now() + ms;
  say('calls hang');
  await failVendor(control, AWAY, 'hang');
  await sleep(ms / 2);
  say('calls are answered with 503');
  await failNoMore(control);
  await failVendor(control, AWAY, 'server_error');
  await sleep(ms / 4);
  say('connections are refused');
  await setVendor(control, AWAY, 'down');
  await failNoMore(control);
  await sleep(Math.max(0, end - Date.now()));
  await setVendor(control, AWAY, 'up');
}

/** Accounts that want the same, as many as they are let. */
function crowd(stage: Stage, targets: Target[], name: string, waves: Kind[][]) {
  const outcomes: SubjectOutcome[] = [];
  const took: { from: number; ms: number }[] = [];
  const underWay = new Set<Promise<void>>();
  let begun = 0;
  let lastAt = 0;
  const begin = () => {
    const subject = `${name}${String(begun).padStart(6, '0')}`;
    const target = targets[begun % targets.length];
    if (!target) throw new Error('there is no account to have effects on');
    begun += 1;
    const from = Date.now();
    const work = runSubject(stage, { subject, target, how: 'performOnce', waves }).then((outcome) => {
      outcomes.push({ subject, outcome });
      took.push({ from, ms: Date.now() - from });
      underWay.delete(work);
    });
    underWay.add(work);
  };
  return {
    outcomes,
    begin,
    /** Begins as many as are due; what was missed while all places were taken is not made up for. */
    beginEvery: (everyMs: number) => {
      const now = Date.now();
      lastAt = Math.max(lastAt, now - Math.max(everyMs, 4 * TICK_MS));
      for (; lastAt + everyMs <= now; lastAt += everyMs) begin();
    },
    inFlight: () => underWay.size,
    end: () => Promise.all(underWay),
    /** Of those that began in this time. */
    p95Ms: (from: number, until: number) => {
      const all = took.filter((one) => one.from >= from && one.from < until).map(({ ms }) => ms);
      return all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.95)] ?? Number.NaN;
    },
  };
}

/** Until `work` says that it is over. */
async function everyTick(work: () => boolean): Promise<void> {
  while (work()) await sleep(TICK_MS);
}

interface Stamp {
  kind: Kind;
  at: number;
}

/** When the vendors' people saw each effect. */
async function stamps({ control }: Stage): Promise<Stamp[]> {
  const { entries } = await readLedger(control);
  return entries.flatMap((entry) => {
    const kind = kindOf(entry);
    return kind === undefined ? [] : [{ kind, at: entry.wireAt }];
  });
}

function rateOf(all: Stamp[], kinds: Kind[], from: number, until: number): number {
  const within = all.filter(({ kind, at }) => kinds.includes(kind) && at >= from && at < until);
  return within.length / ((until - from) / 1_000);
}
