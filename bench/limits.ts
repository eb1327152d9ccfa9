/**
 * How well the calls of several workers keep to what a vendor allows: HubSpot's 190 per ten seconds and a probe's 20 a
 * second, at full demand from four processes, judged by the simulators' own rolling windows; and how long a click waits
 * meanwhile. Loopback only. `npm run bench:limits -- [--seconds 180] [--json FILE]`; exit code 1: a bound is missed.
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
const MESSAGES = 5_000;
const LEAST_USE = 0.9;
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
  /** Of what the vendor allows in this time. */
  use: number;
  violations: number;
  fullestWindow: number;
  clicks: number;
  clickP50Ms: number;
  clickMaxMs: number;
  byPriority: Record<string, number>;
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
    const untilMs = Date.now() + (seconds + WARM_UP_S) * 1_000;
    const common = { databaseUrl: postgres.url, addresses, token: frame.secrets.HUBSPOT_TOKEN ?? '', untilMs };
    const workers = Array.from({ length: WORKERS }, (_, n) =>
      work({ ...common, messages: MESSAGES / WORKERS, sweeps: n < 2, alerts: n === 2, clicks: n === 3 }),
    );
    const usage = async (name: string) => usageSchema.parse(await frame.actOn(name, 'limits', {}));
    await sleep(WARM_UP_S * 1_000);
    const began = performance.now();
    const before = { hubspot: await usage('hubspot'), probe: await usage('probe') };
    await sleep(Math.max(0, untilMs - Date.now() - 200));
    const took = (performance.now() - began) / 1_000;
    const after = { hubspot: await usage('hubspot'), probe: await usage('probe') };
    const seen = await Promise.all(workers);
    const results = [
      resultOf('hubspot', before.hubspot, after.hubspot, took, seen),
      resultOf('probe', before.probe, after.probe, took, seen),
    ];
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

function resultOf(connection: string, before: Usage, after: Usage, seconds: number, seen: Seen[]): Result {
  const calls = after.calls - before.calls;
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
    use: calls / ((after.max * seconds * 1_000) / after.intervalMs),
    violations: after.refused,
    fullestWindow: after.most,
    clicks: clicks.length,
    clickP50Ms: Math.round(clicks[Math.floor(clicks.length / 2)] ?? Number.NaN),
    clickMaxMs: Math.round(clicks.at(-1) ?? Number.NaN),
    byPriority,
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
  ]);
  if (errors.length > 0) missed.push(`${errors.length} calls failed, the first with: ${errors[0]}`);
  for (const { connection, allowed, calls, seconds, use, violations, fullestWindow, ...one } of results) {
    const lines = [
      ['allowed', allowed],
      ['calls', `${calls} in ${seconds} s, ${percent(use)} of the allowed`],
      ['violations', `${violations}; fullest window ${fullestWindow}`],
      ['clicks', `${one.clicks}; p50 ${one.clickP50Ms} ms, slowest ${one.clickMaxMs} ms`],
      [
        'by priority',
        Object.entries(one.byPriority)
          .map(([name, n]) => `${name} ${n}`)
          .join(', '),
      ],
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
