import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateWorld } from '../bench/worlds/generate.mjs';
import type { WorldRow } from './frame/types.ts';

/** The demo's own world. The seed was found by `find-demo-seed.ts`: every story of the demo happens in it. */
export const DEMO = { seed: 'demo-251', accounts: 64, days: 75, start: '2026-03-02' } as const;

/**
 * Honest meters and plain stories: each measuring fault, repetition and ambiguous case is off, so that what the judge
 * expects is beyond dispute. Kinds of moment for which no trigger exists yet do not occur.
 */
export const DEMO_MIX = {
  segments: { smb: 0.65, mid_market: 0.27, enterprise: 0.08 },
  products: { marketing: 0.4, api: 0.6, paygShare: 0.4 },
  testAccounts: 0.03,
  customLimits: 0,
  adminChange: 0,
  gaugeStories: {
    quiet: 30,
    climb80: 14,
    climb_hard: 12,
    climb_upgrade: 4,
    climb_cut: 9,
    step80: 8,
    jump97: 12,
    campaign: 0,
    flapping: 0,
    upgrade_soon: 0,
    downgrade: 0,
    cancelled: 0,
  },
  counterStories: {
    quiet: 20,
    grow: 10,
    flat_high: 0,
    step: 6,
    over_cut: 6,
    over_dip: 0,
    period_end: 0,
    grow_upgrade: 2,
    upgrade_soon: 0,
  },
  velocityStories: { flat: 8, decline: 3, slow: 0, step: 10, exponential: 8, burst: 0, seasonal: 0, low_volume: 0 },
  engagement: { engaged: 0, powerUser: 0, background: 0.5 },
  paywall: { team: 0, singleUser: 0, duplicates: 0, staff: 0, background: 0 },
  gaugeFaults: {
    one_off_spike: 0,
    late_correction: 0,
    meter_unit_glitch: 0,
    stale_meter: 0,
    meter_silence: 0,
    clock_skew: 0,
  },
  counterFaults: {
    late_correction: 0,
    meter_unit_glitch: 0,
    stale_meter: 0,
    late_previous_period: 0,
    meter_silence: 0,
    anchor_shift: 0,
  },
  redeliverOld: 0,
  noise: { storage: 0.001, contacts: 0.0005, counterDaily: 0.06 },
  lag: { minMinutes: 1, maxMinutes: 20, lateShare: 0, lateMaxHours: 2 },
  duplicateShare: 0,
  guardrails: {
    severeTicketAtEpisode: 0.1,
    severeTickets: 0.05,
    otherTickets: 0.4,
    incidents: 0,
    accountIncidents: 0,
    amContactAtEpisode: 0.1,
    amContacts: 0.15,
    marketingOptOut: 0.08,
    productOptOut: 0,
    optBackIn: 0,
  },
};

export interface World {
  usage: WorldRow[];
  truth: Record<string, unknown>[];
}

export function generateDemo(seed: string): World {
  const world = generateWorld({ ...DEMO, seed, name: 'demo', mix: DEMO_MIX });
  const rows = world.usage.map((line) => JSON.parse(line));
  return { usage: uniqueNames(rows), truth: world.truth.map((line) => JSON.parse(line)) };
}

/** Readers of a chat message know customers by name: here no two have the same one. */
function uniqueNames(rows: WorldRow[]): WorldRow[] {
  const taken = new Map<string, number>();
  const names = new Map<string, string>();
  return rows.map((row) => {
    if (row.type !== 'account') return row;
    const known = names.get(row.account);
    if (known !== undefined) return { ...row, name: known };
    const times = (taken.get(row.name) ?? 0) + 1;
    taken.set(row.name, times);
    const name = times === 1 ? row.name : `${row.name} ${['North', 'South', 'East', 'West'][times - 2] ?? row.account}`;
    names.set(row.account, name);
    return { ...row, name };
  });
}

/** Writes the demo's world into a folder, as PREFIX.usage.ndjson and PREFIX.truth.ndjson; the same bytes each time. */
export async function writeDemoWorld(
  folder: string,
): Promise<{ usage: string; truth: string; start: string; days: number }> {
  const world = generateDemo(DEMO.seed);
  await mkdir(folder, { recursive: true });
  const files = { usage: join(folder, 'demo.usage.ndjson'), truth: join(folder, 'demo.truth.ndjson') };
  for (const part of ['usage', 'truth'] as const) {
    await writeFile(files[part], `${world[part].map((row) => JSON.stringify(row)).join('\n')}\n`);
  }
  return { ...files, start: `${DEMO.start}T00:00:00.000Z`, days: DEMO.days };
}
