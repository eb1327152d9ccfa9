import Table from 'cli-table3';
import pc from 'picocolors';
import { z } from 'zod';
import type { Report } from '../../cli/answers.ts';

export const verdict = z.object({
  expected: z.number(),
  visible: z.number(),
  duplicates: z.array(z.looseObject({ key: z.string() })),
  missing: z.array(z.looseObject({ sentence: z.string() })),
  forbidden: z.array(z.looseObject({ rule: z.string(), sentence: z.string() })),
  explained: z.array(z.unknown()),
});
export type Verdict = z.infer<typeof verdict>;

export interface DemoReport {
  clock: { scale: number; lagP95Hours: number | null };
  accounts: number;
  triggerEvents: { byTrigger: Record<string, number> };
  touches: { byChannel: Record<string, number>; confirmed: number; suppressedByReason: Record<string, number> };
  alerts: number;
  tasks: number;
  trials: { granted: number; converted: number; reverted: number };
  upgrades: number;
  expansionAcvCents: number;
  attribution: {
    triggerEventId: string;
    account: string;
    product: string;
    trigger: string;
    touches: number;
    accountManager: string | null;
    acvCents: number;
  }[];
  unattributed: { account: string; product: string; acvCents: number; reason: string }[];
  effects: { confirmed: number; refused: number; unclear: number };
  checker: { expected: number; visible: number; duplicates: number; missing: number; forbidden: number };
  temporal: { workflows: number; historyEventsByType: Record<string, number> };
  memory: { pssMbByProcess: Record<string, number>; peakMbWithoutTemporal: number };
  tookSeconds: number;
}

export function makeReport(input: {
  hub: Report;
  verdict: Verdict;
  temporal: DemoReport['temporal'];
  memory: DemoReport['memory'];
  tookSeconds: number;
}): DemoReport {
  const { hub } = input;
  const trials = Object.values(hub.trials).reduce((sum, n) => sum + n, 0);
  const { expected, visible, duplicates, missing, forbidden } = input.verdict;
  return {
    clock: hub.clock,
    accounts: hub.accounts,
    triggerEvents: { byTrigger: hub.triggerEvents.byTrigger },
    touches: hub.touches,
    alerts: hub.confirmedByOperation['chat.postAlert'] ?? 0,
    tasks: hub.confirmedByOperation['crm.createTask'] ?? 0,
    trials: { granted: trials, converted: hub.trials.converted ?? 0, reverted: hub.trials.reverted ?? 0 },
    upgrades: hub.upgrades,
    expansionAcvCents: hub.expansionAcvCents,
    attribution: hub.attribution.credits.map(
      ({ triggerEventId, account, product, trigger, touches, accountManager, acvCents }) => {
        return { triggerEventId, account, product, trigger, touches, accountManager, acvCents };
      },
    ),
    unattributed: hub.attribution.unattributed.map(({ account, product, acvCents, reason }) => ({
      account,
      product,
      acvCents,
      reason,
    })),
    effects: {
      confirmed: hub.effects.confirmed ?? 0,
      refused: hub.effects.refused ?? 0,
      unclear: hub.effects.unclear ?? 0,
    },
    checker: { expected, visible, duplicates: duplicates.length, missing: missing.length, forbidden: forbidden.length },
    temporal: input.temporal,
    memory: input.memory,
    tookSeconds: Math.round(input.tookSeconds),
  };
}

const money = (cents: number) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 }).format(cents / 100);
const list = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ') || 'none';

/** The report for people. */
export function formatReport(report: DemoReport): string {
  const { checker, effects, trials, touches } = report;
  const table = new Table({
    head: ['what', 'how much'],
    style: { head: pc.isColorSupported ? ['bold'] : [], border: [] },
    wordWrap: true,
    colWidths: [26, 84],
  });
  table.push(
    ['accounts', String(report.accounts)],
    ['trigger events', list(report.triggerEvents.byTrigger)],
    ['touches', `${list(touches.byChannel)}; ${touches.confirmed} confirmed`],
    ['held back for good', list(touches.suppressedByReason)],
    ['alerts, CRM tasks', `${report.alerts}, ${report.tasks}`],
    ['trials', `${trials.granted} granted, ${trials.converted} converted, ${trials.reverted} reverted`],
    ['upgrades', `${report.upgrades}; expansion ${money(report.expansionAcvCents)} a year`],
    [
      'credited',
      `${report.attribution.length} credits, ${money(report.attribution.reduce((sum, row) => sum + row.acvCents, 0))}`,
    ],
    [
      'not credited',
      `${report.unattributed.length} upgrades, ${money(report.unattributed.reduce((sum, row) => sum + row.acvCents, 0))}`,
    ],
    ['effects', `${effects.confirmed} confirmed, ${effects.refused} refused, ${effects.unclear} unclear`],
    [
      'lag (95 % below)',
      report.clock.lagP95Hours === null ? 'not measured' : `${report.clock.lagP95Hours.toFixed(1)} business hours`,
    ],
    ['Temporal', `${report.temporal.workflows} workflows; history events ${list(report.temporal.historyEventsByType)}`],
    [
      'memory',
      `${report.memory.peakMbWithoutTemporal} MB at most without Temporal (${list(report.memory.pssMbByProcess)} MB)`,
    ],
    [
      'checker',
      `expected ${checker.expected}, visible ${checker.visible}, duplicates ${checker.duplicates}, missing ${checker.missing}, forbidden ${checker.forbidden}`,
    ],
    ['took', `${report.tookSeconds} s`],
  );
  return table.toString();
}

/** Upgrades with who earned the credit, and those that nobody earned. */
export function formatCredits(report: DemoReport): string {
  const table = new Table({
    head: ['account', 'product', 'a year', 'credited to'],
    style: { head: pc.isColorSupported ? ['bold'] : [], border: [] },
  });
  for (const row of report.attribution)
    table.push([
      row.account,
      row.product,
      money(row.acvCents),
      `${row.trigger}, ${row.touches} touches${row.accountManager === null ? '' : `, ${row.accountManager}`}`,
    ]);
  for (const row of report.unattributed)
    table.push([row.account, row.product, money(row.acvCents), pc.dim(`nobody: ${row.reason}`)]);
  return table.toString();
}
