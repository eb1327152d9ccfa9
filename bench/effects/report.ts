import Table from 'cli-table3';
import { VENDOR } from './kinds.ts';
import type { Report } from './main.ts';
import type { Rates } from './rate.ts';
import type { Recovery } from './recovery.ts';
import type { FaultyRun } from './run.ts';
import type { Death } from './stage.ts';

/** Of the effects asked for, how many may be in doubt before upkeep has looked; mail apart. */
const UNCLEAR_SHARE = 0.001;
const RATIO = 0.75;
const RECOVERY_MS = 5_000;

export function missedBounds({ faults, recovery, rate }: Report): string[] {
  const missed: string[] = [];
  if (faults) {
    const others = faults.judged.kinds.filter(({ kind }) => kind !== 'mail');
    const sum = (of: 'asked' | 'unclearBefore' | 'unclearAfter') => others.reduce((total, kind) => total + kind[of], 0);
    missed.push(...faults.judged.problems);
    if (sum('unclearBefore') > Math.max(1, sum('asked') * UNCLEAR_SHARE))
      missed.push(`${sum('unclearBefore')} of ${sum('asked')} effects were in doubt before upkeep`);
    if (sum('unclearAfter') > 0) missed.push(`${sum('unclearAfter')} effects are in doubt after upkeep`);
  }
  for (const { kind, byKey, afterRestartMs } of recovery ?? [])
    if (byKey && afterRestartMs > RECOVERY_MS)
      missed.push(`the last ${kind} came ${(afterRestartMs / 1_000).toFixed(1)} s after the restart`);
  if (rate && rate.ratio < RATIO)
    missed.push(`the ledger is at ${rate.ratio.toFixed(2)} of the bare speed, not ${RATIO}`);
  return missed;
}

export function printFaulty({ judged, effects, seconds }: FaultyRun, deaths: Death[]): string {
  const table = new Table({
    head: ['effect', 'vendor', 'asked', 'seen', 'twice', 'missing', 'set again', 'unclear', 'after upkeep'],
    style: { head: [], border: [] },
  });
  for (const one of judged.kinds) {
    const { kind, asked, seen, duplicates, missing, repeated, unclearBefore, unclearAfter } = one;
    table.push([kind, VENDOR[kind], asked, seen, duplicates, missing, repeated, unclearBefore, unclearAfter]);
  }
  const died = Object.entries(Object.groupBy(deaths, ({ victim }) => victim)).map(
    ([victim, all]) => `${victim} ${all?.length} times`,
  );
  return `${table}\n${effects} effects in ${seconds.toFixed(0)} s; killed with -9 in all parts: ${died.join(', ') || 'nobody'}`;
}

export function printRecovery(recovery: Recovery[]): string {
  const table = new Table({
    head: ['effect', 'under way at a death', 'last one after the death', 'after the restart', 'vendor knows our key'],
    style: { head: [], border: [] },
  });
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  for (const { kind, underWay, afterDeathMs, afterRestartMs, byKey } of recovery)
    table.push([kind, underWay, seconds(afterDeathMs), seconds(afterRestartMs), byKey ? 'yes' : 'no']);
  return table.toString();
}

export function printRates({ ledger, bare, ratio }: Rates): string {
  return `${ledger.toFixed(1)} effects/s with the ledger, ${bare.toFixed(1)} bare: ${ratio.toFixed(2)}`;
}
