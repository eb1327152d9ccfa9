import Table from 'cli-table3';
import { VENDOR } from './kinds.ts';
import type { Report } from './main.ts';
import type { Outage } from './outage.ts';
import type { Rates } from './rate.ts';
import type { Recovery } from './recovery.ts';
import type { FaultyRun } from './run.ts';
import type { Death } from './stage.ts';

/** Of the effects asked for, how many may be in doubt before upkeep has looked; mail apart. */
const UNCLEAR_SHARE = 0.001;
const RATIO = 0.75;
const RECOVERY_MS = 5_000;
const DRAIN_RATIO = 0.8;
const OTHERS_RATIO = 0.9;

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

export function missedByOutage({ drainRatio, pastLimit, others, judged }: Outage): string[] {
  return [
    ...judged.problems,
    ...(drainRatio >= DRAIN_RATIO
      ? []
      : [`what waited was done at ${drainRatio.toFixed(2)} of the steady rate, not ${DRAIN_RATIO}`]),
    ...(pastLimit === 0 ? [] : [`${pastLimit} calls past the vendor's limit`]),
    ...others
      .filter(({ ratio }) => !(ratio >= OTHERS_RATIO))
      .map(({ vendor, ratio }) => `${vendor} kept ${ratio.toFixed(2)} of its rate, not ${OTHERS_RATIO}`),
  ];
}

export function printOutage(outage: Outage): string {
  const { steady, drain, drainRatio, backlog, drainSeconds, firstMs, pastLimit, others, judged } = outage;
  const sum = (of: 'duplicates' | 'missing') => judged.kinds.reduce((total, kind) => total + kind[of], 0);
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const lines = [
    `away for ${outage.outageSeconds} s: ${steady.toFixed(1)} effects/s before, ${drain.toFixed(1)} after: ${drainRatio.toFixed(2)}`,
    `what waited: ${backlog} effects in ${drainSeconds.toFixed(0)} s, the first ${seconds(firstMs)} after its return`,
    `in each ten seconds of that: ${outage.drainBy10s.join(' ')}`,
    `calls past its limit of ${outage.allowed}: ${pastLimit}; the fullest window had ${outage.fullestWindow}`,
    ...others.map(
      ({ vendor, before, during, ratio }) =>
        `${vendor} meanwhile: ${during.toFixed(2)} effects/s, ${before.toFixed(2)} before: ${ratio.toFixed(2)}`,
    ),
    `of 100 others, 95 were done within ${seconds(outage.othersP95Ms.during)}, ${seconds(outage.othersP95Ms.before)} before`,
    `twice: ${sum('duplicates')}, missing: ${sum('missing')}`,
  ];
  return lines.join('\n');
}
