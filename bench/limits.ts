/**
 * How well the calls of several workers keep to what a vendor allows: HubSpot's 190 per ten seconds and a probe's 20 a
 * second, at full demand from four processes, judged by the simulators' own rolling windows; what a sweep gets meanwhile,
 * and how long a click waits while it and 5,000 messages are queued. Loopback only.
 * `npm run bench:limits -- [--seconds 180] [--json FILE]`; exit code 1: a bound is missed.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startFrame } from '../sandbox/frame/frame.ts';
import { twins } from '../sandbox/twins.ts';
import { removeDataDir } from '../server/embedded/data-dir.ts';
import { startPostgres } from '../server/embedded/postgres.ts';
import { fixedRing, openStore } from '../store/index.ts';
import { probeTwin } from './limits/probe.ts';
import type { Orders, Seen } from './limits/worker.ts';

const WORKERS = 4;
/** Queued from the first click to the last. */
const MESSAGES = 5_000;
const LEAST_USE = 0.9;
const LEAST_SWEEP = 0.1;
const CLICK_MS = 1_000;

const usageSchema = z.object({
  max: z.number(),
  intervalMs: z.number(),
  calls: z.number(),
  refused: z.number(),
  most: z.number(),
});
type Usage = z.output<typeof usageSchema>;

interface Result {
  connection: string;
  allowed: string;
  seconds: number;
  calls: number;
  /** How full the vendor's rolling window was on average, of what it allows. */
  use: number;
  violations: number;
  fullestWindow: number;
  clicks: number;
  clickP50Ms: number;
  clickMaxMs: number;
  /** While it was measured. */
  byPriority: Record<string, number>;
  sweepShare: number;
  /** Messages that still waited at the end. */
  queued: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '180' }, json: { type: 'string' } } });
  const seconds = Number(values.seconds);
  const { hubspot } = twins;
  if (!hubspot) throw new Error('the sandbox has no HubSpot');
  const startedAt = new Date().toISOString();
  const clock = { startedAt, epoch: startedAt, scale: 1 };
  const frame = await startFrame({ twins: { hubspot, probe: probeTwin }, clock, seed: 'bench' });
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-bench-'));
  const postgres = await startPostgres({ dataDir, log: () => {} });
  try {
    const store = await openStore(postgres.url, { tenant: 'bench', keys: fixedRing([Buffer.alloc(32)]) });
    await store.migrate();
    await store.close();
    process.stderr.write(`${WORKERS} workers at full demand for ${seconds} s\n`);
    const addresses = Object.fromEntries(Object.entries(frame.running).map(([name, { url }]) => [name, url]));
    const fromMs = Date.now() + WARM_UP_S * 1_000;
    const untilMs = fromMs + seconds * 1_000;
    const common = { databaseUrl: postgres.url, addresses, token: frame.secrets.HUBSPOT_TOKEN ?? '', fromMs, untilMs };
    // So many more as could leave at all: what is measured is a click among full queues, to the end.
    const messages = MESSAGES + MOST_PER_S * (seconds + WARM_UP_S);
    const workers = Array.from({ length: WORKERS }, (_, n) =>
      work({ ...common, messages: Math.ceil(messages / WORKERS), sweeps: n < 2, alerts: n === 2, clicks: n === 3 }),
    );
    const names = ['hubspot', 'probe'];
    const windows = new Map(names.map((name) => [name, [] as Sample[]]));
    while (Date.now() < untilMs - 200) {
      for (const name of names)
        windows.get(name)?.push({ at: Date.now(), ...usageSchema.parse(await frame.actOn(name, 'limits', {})) });
      await sleep(SAMPLE_MS);
    }
    const seen = await Promise.all(workers);
    const results = names.map((name) => resultOf(name, windows.get(name) ?? [], fromMs, seen));
    return report(
      results,
      seen.flatMap(({ errors }) => errors),
      values.json,
    );
  } finally {
    await frame.stop();
    await postgres.stop();
    removeDataDir(dataDir);
  }
}

/** Longer than any window: what is counted begins with slots that were given and given back. */
const WARM_UP_S = 12;
const SAMPLE_MS = 100;
/** More than either vendor allows. */
const MOST_PER_S = 21;

type Sample = Usage & { at: number };

function work(orders: Orders): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const script = path.join(import.meta.dirname, 'limits', 'worker.ts');
    const child = spawn(process.execPath, [script, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(said) as Seen);
      else reject(new Error(`a worker ended with ${code}`));
    });
  });
}

/** How full the vendor's window was at each moment, on average: bursts at either end of the time count for nothing. */
function useOf(samples: Sample[], fromMs: number): number {
  const fills = samples.flatMap(({ at, calls, max, intervalMs }) => {
    const before = samples.findLast((one) => one.at <= at - intervalMs);
    return at < fromMs || !before ? [] : [((calls - before.calls) / max) * (intervalMs / (at - before.at))];
  });
  return fills.reduce((sum, fill) => sum + fill, 0) / fills.length;
}

function resultOf(connection: string, samples: Sample[], fromMs: number, seen: Seen[]): Result {
  const [first, after] = [samples.find(({ at }) => at >= fromMs), samples.at(-1)];
  if (!first || !after) throw new Error(`${connection} was not measured`);
  const seconds = (after.at - first.at) / 1_000;
  const calls = after.calls - first.calls;
  const clicks = seen.flatMap((one) => one.clicks[connection] ?? []).sort((a, b) => a - b);
  const byPriority: Record<string, number> = {};
  for (const [name, n] of seen.flatMap((one) => Object.entries(one.calls))) {
    const [of, priority = ''] = name.split(' ');
    if (of === connection) byPriority[priority] = (byPriority[priority] ?? 0) + n;
  }
  return {
    connection,
    allowed: `${after.max} per ${after.intervalMs / 1_000} s`,
    seconds: Math.round(seconds),
    calls,
    use: useOf(samples, fromMs),
    violations: after.refused,
    fullestWindow: after.most,
    clicks: clicks.length,
    clickP50Ms: Math.round(clicks[Math.floor(clicks.length / 2)] ?? Number.NaN),
    clickMaxMs: Math.round(clicks.at(-1) ?? Number.NaN),
    byPriority,
    sweepShare: (byPriority.sweep ?? 0) / Object.values(byPriority).reduce((sum, n) => sum + n, 0),
    queued: seen.reduce((sum, one) => sum + (one.queued[connection] ?? 0), 0),
  };
}

function report(results: Result[], errors: string[], json: string | undefined): number {
  const missed = results.flatMap((result) => [
    ...(result.use >= LEAST_USE
      ? []
      : [`${result.connection}: ${percent(result.use)} of the allowed calls, less than ${percent(LEAST_USE)}`]),
    ...(result.violations === 0 ? [] : [`${result.connection}: ${result.violations} calls past the limit`]),
    // A click that was never made has not been fast.
    ...(result.clickMaxMs < CLICK_MS ? [] : [`${result.connection}: a click took ${result.clickMaxMs} ms`]),
    ...(result.queued >= MESSAGES
      ? []
      : [`${result.connection}: only ${result.queued} messages were queued at the end`]),
    ...(result.sweepShare >= LEAST_SWEEP
      ? []
      : [`${result.connection}: a sweep got ${percent(result.sweepShare)}, less than ${percent(LEAST_SWEEP)}`]),
  ]);
  if (errors.length > 0) missed.push(`${errors.length} calls failed, the first with: ${errors[0]}`);
  for (const { connection, allowed, calls, seconds, use, violations, fullestWindow, ...one } of results) {
    const lines = [
      ['allowed', allowed],
      ['calls', `${calls} in ${seconds} s; the rolling window was full to ${percent(use)}`],
      ['violations', `${violations}; fullest window ${fullestWindow}`],
      ['clicks', `${one.clicks}; p50 ${one.clickP50Ms} ms, slowest ${one.clickMaxMs} ms`],
      [
        'by priority',
        Object.entries(one.byPriority)
          .map(([name, n]) => `${name} ${n}`)
          .join(', '),
      ],
      ['sweeps', `${percent(one.sweepShare)} of all`],
      ['queued', `${one.queued} messages at the end`],
    ];
    process.stdout.write(`${connection}\n${lines.map(([head, text]) => `  ${head?.padEnd(12)} ${text}`).join('\n')}\n`);
  }
  if (json !== undefined) fs.writeFileSync(json, `${JSON.stringify({ results, missed }, null, 2)}\n`);
  for (const line of missed) process.stdout.write(`MISSED ${line}\n`);
  return missed.length === 0 ? 0 : 1;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

process.exitCode = await main();
