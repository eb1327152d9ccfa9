import { readsOf } from '../../config/reads.ts';
import type { UsagePage, UsageRequest, UsageSource } from '../../connectors/kit/capabilities.ts';
import type { Iso, Reading, TriggerEvent } from '../../domain/model.ts';
import { zeroesForAbsent } from '../../domain/usage/absent.ts';
import {
  holdEvents,
  insertRejects,
  insertTriggerEvents,
  inTransaction,
  medianTrips,
  mergeFacts,
  saveCheckpoint,
  writeCohortFacts,
} from '../../store/index.ts';
import { readActivePeriods } from '../../store/periods.ts';
import type { Deps } from '../deps.ts';
import { LEASE_MS, type SweepRun } from '../sweep/run.ts';
import { cohortFacts } from './cohort-facts.ts';
import { takeReadings } from './take-readings.ts';

const HOUR_MS = 3_600_000;
/** How far back "usual" looks. */
const USUAL_MS = 14 * 24 * HOUR_MS;
/** Fewer trips than this are never unusual. */
const ALWAYS_USUAL = 20;

export interface UsageSwept {
  readings: number;
  rejects: number;
  trips: number;
  held: number;
}

/** Reads a usage source page by page; each page is one transaction with its readings, events, messages and cursor. */
export async function sweepUsage(deps: Deps, usage: UsageSource, run: SweepRun): Promise<UsageSwept> {
  const { config } = deps.configs.current();
  const { connection, firstRead } = run;
  const { metrics, facts: all } = readsOf(config, connection);
  const facts = all.filter(({ read }) => !usage.cohortOf?.(read));
  const periods = await inTransaction(deps.store, (tx) => readActivePeriods(tx));
  const since = new Date(Date.parse(deps.now()) - USUAL_MS).toISOString();
  const usual = (await inTransaction(deps.store, (tx) => medianTrips(tx, connection, since))) ?? 0;
  const most = Math.max(ALWAYS_USUAL, 3 * usual);
  const counters = metrics.filter((metric) => metric.resets === 'billing_period');
  const seen = new Map(counters.map(({ metric }) => [metric, new Set<string>()]));

  const request: UsageRequest = {
    metrics,
    facts,
    periodOf: (account, product) => periods.get(account)?.[product] ?? null,
    checkpoint: run.checkpoint,
    now: deps.now(),
  };
  const swept: UsageSwept = { readings: 0, rejects: 0, trips: 0, held: 0 };
  const eventIds: string[] = [];
  let last: UsagePage | null = null;
  for await (const page of usage.readUsage(request, run.call)) {
    for (const reading of page.readings) seen.get(reading.metric)?.add(reading.account);
    await store(page, page.readings);
    last = page;
    run.beat(swept);
  }
  // Accounts that are new since the vendor last pushed.
  const pushed = cohortFacts(config, connection, usage);
  await inTransaction(deps.store, (tx) => writeCohortFacts(tx, connection, pushed, deps.now()));
  if (last?.complete) await store({ ...last, readings: [], facts: [], rejects: [] }, zeroes(request.now));
  return swept;

  async function store(page: UsagePage, readings: Reading[]): Promise<void> {
    await inTransaction(deps.store, async (tx) => {
      const now = deps.now();
      const taken = await takeReadings(tx, {
        config,
        source: connection,
        readings,
        firstRead,
        now,
        wireNow: deps.wireNow(),
      });
      const { fires, others } = split(taken.events);
      swept.trips += fires.length;
      const tooMany = swept.trips > most;
      const held = fires.map((event): TriggerEvent => (tooMany ? { ...event, status: 'held' } : event));
      await insertTriggerEvents(tx, [...held, ...others], now);
      eventIds.push(...fires.map((event) => event.id));
      if (tooMany) {
        await holdEvents(tx, { id: run.id, connection, trips: swept.trips, median: usual, eventIds, now });
        swept.held = eventIds.length;
      }
      await mergeFacts(tx, page.facts, now);
      await insertRejects(tx, connection, page.rejects, now);
      await saveCheckpoint(tx, connection, run.id, page.checkpoint, deps.wireNow() + LEASE_MS);
      swept.readings += taken.stored;
      swept.rejects += taken.rejected + page.rejects.length;
    });
  }

  /** Accounts that a complete read of a counter did not mention have not used it. The hour keeps repeats one reading. */
  function zeroes(now: Iso): Reading[] {
    const observedAt = new Date(Math.floor(Date.parse(now) / HOUR_MS) * HOUR_MS).toISOString();
    return counters.flatMap(({ metric, product }) => {
      const here = seen.get(metric) ?? new Set();
      const absent = [...periods]
        .filter(([account, products]) => products[product] && !here.has(account))
        .map(([account]) => account);
      return zeroesForAbsent({
        source: connection,
        product,
        metric,
        counter: true,
        complete: true,
        expected: absent,
        readings: [],
        observedAt,
        receivedAt: now,
      });
    });
  }
}

function split(events: TriggerEvent[]): { fires: TriggerEvent[]; others: TriggerEvent[] } {
  return {
    fires: events.filter((event) => event.status === 'open'),
    others: events.filter((event) => event.status !== 'open'),
  };
}
