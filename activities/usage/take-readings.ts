import type { Config } from '../../config/schema/index.ts';
import type { Iso, Json, NearMiss, Reading } from '../../domain/model.ts';
import { observe } from '../../domain/usage/observe.ts';
import type { Meter, TakenBack, Trip } from '../../domain/usage/types.ts';
import {
  insertReadings,
  insertRejects,
  loadMeterHeads,
  loadMeters,
  type MeterHead,
  readAccounts,
  readSubscriptionHistory,
  recordNearMisses,
  saveMeters,
  type Tx,
  takeBackEvent,
} from '../../store/index.ts';
import { lock } from '../../store/locks.ts';
import { applicableTriggers } from './applicable-triggers.ts';
import { denominators } from './denominators.ts';
import { toTriggerEvent, triggerEventId } from './trigger-event.ts';

/** Readings older than this cannot matter any more: their limits need not be looked up. */
const HISTORY_MS = 120 * 86_400_000;

export interface TakeReadings {
  config: Config;
  source: string;
  /** In order of receivedAt. */
  readings: Reading[];
  /** While a source is read for the first time, what is already so is recorded and not fired. */
  firstRead: boolean;
  now: Iso;
  wireNow: number;
}

/**
 * Folds a page of readings into the meters of its accounts, in the caller's transaction: readings, meters, taken-back
 * events and refusals. Trips are returned, since the sweep decides whether so many at once may run.
 */
export async function takeReadings(tx: Tx, input: TakeReadings) {
  const { config, now } = input;
  await lock(tx, { accounts: accountsOf(input.readings) });
  const heads = await loadMeterHeads(tx, accountsOf(input.readings));
  // What is stored already is no news; and what is stored is looked at in the same transaction.
  const stored = await insertReadings(tx, withoutRepeats(input.readings, heads));
  const accounts = accountsOf(stored);
  const since = new Date(Date.parse(now) - HISTORY_MS).toISOString();
  const [known, meters, history] = [
    await readAccounts(tx, accounts),
    await loadMeters(tx, accounts),
    await readSubscriptionHistory(tx, accounts, since),
  ];
  const test = new Set(known.filter((account) => account.test).map((account) => account.id));
  const before = new Map(meters.map((meter) => [subjectKey(meter), meter]));
  const denominatorOf = denominators(config, history);

  const changed: Meter[] = [];
  const trips: Trip[] = [];
  const takenBack: TakenBack[] = [];
  const nearMisses: NearMiss[] = [];
  const rejects: { row: Json; reason: string }[] = [];
  for (const [key, readings] of Map.groupBy(stored, subjectKey)) {
    const [first] = readings;
    if (!first) continue;
    const { account, product, metric } = first;
    const spec = config.metrics[metric];
    if (!spec) {
      rejects.push(...readings.map((reading) => ({ row: toJson(reading), reason: `unknown metric ${metric}` })));
      continue;
    }
    const meter = before.get(key) ?? null;
    const seen = observe({
      meter,
      subject: { account, product, metric },
      readings,
      denominatorAt: denominatorOf(account, product, metric),
      counter: spec.resets === 'billing_period',
      triggers: applicableTriggers(config, metric, product),
      firstSight: input.firstRead || meter === null,
      maxAgeMs: config.guardrails.first_sight.max_age,
      now,
    });
    if (seen.meter && seen.meter !== meter) changed.push(seen.meter);
    takenBack.push(...seen.takenBack);
    nearMisses.push(...seen.nearMisses);
    rejects.push(...seen.rejected.map(({ reading, reason }) => ({ row: toJson(reading), reason })));
    if (!test.has(account)) trips.push(...seen.trips);
    else nearMisses.push(...seen.trips.map((trip) => ownAccount(trip, now)));
  }

  await saveMeters(tx, changed);
  await insertRejects(tx, input.source, rejects, now);
  await recordNearMisses(tx, nearMisses);
  for (const { key, used, reason } of takenBack) {
    const fellBack = reason === 'fell_back';
    await takeBackEvent(tx, triggerEventId(key), {
      reason: fellBack ? `use fell back to ${used}` : `corrected to ${used}`,
      now,
      wireNow: input.wireNow,
      onlyUntouched: fellBack,
    });
  }
  return { stored: stored.length, rejected: rejects.length, events: trips.map(toTriggerEvent) };
}

function accountsOf(readings: Reading[]): string[] {
  return [...new Set(readings.map((reading) => reading.account))].sort();
}

/**
 * Without readings that say again what is known: the same value on the same day, where nothing waits for confirmation.
 * A source read every quarter of an hour would else fill the store with one number.
 */
function withoutRepeats(readings: Reading[], heads: MeterHead[]): Reading[] {
  const known = new Map(heads.map((head) => [subjectKey(head), head]));
  return readings.filter((reading) => {
    const head = known.get(subjectKey(reading));
    if (!head || head.eager) return true;
    const samePeriod = reading.periodStart == null || reading.periodStart === head.periodStart;
    const sameDay = reading.observedAt.slice(0, 10) === head.observedAt.slice(0, 10);
    return !(reading.used === head.used && reading.observedAt > head.observedAt && sameDay && samePeriod);
  });
}

function subjectKey({ account, product, metric }: { account: string; product: string; metric: string }): string {
  return `${account}\n${product}\n${metric}`;
}

function ownAccount(trip: Trip, now: Iso): NearMiss {
  const { account, product, metric, trigger, evidence } = trip;
  return { account, product, metric, trigger, at: now, reason: 'test_account', numbers: evidence.numbers };
}

function toJson(reading: Reading): Json {
  // Readings are plain data; undefined fields vanish on the way.
  return JSON.parse(JSON.stringify(reading)) as Json;
}
