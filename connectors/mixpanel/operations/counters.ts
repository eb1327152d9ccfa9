import type { Iso, Json, Reading } from '../../../domain/model.ts';
import type { MetricRead, UsageRequest } from '../../kit/capabilities.ts';
import type { Call } from '../../kit/operation.ts';
import { MAX_GROUPS, type MixpanelClient } from '../client.ts';
import type { Segments } from '../schemas.ts';
import type { FirstDays } from './checkpoint.ts';
import { hoursToRead, updateFirstDays } from './first-days.ts';
import { type Period, sumPeriod } from './period-sum.ts';
import { addDays, type Day, dayOf, daysBetween } from './project-days.ts';

/** Without knowledge of any period: monthly ones are covered. */
const DEFAULT_LOOKBACK_DAYS = 32;
/** A year and its last month. A period that claims to be longer is a mistake at the source of billing. */
const MAX_LOOKBACK_DAYS = 400;
/** How events without the account's property are labelled. */
const NO_ACCOUNT = new Set(['', 'undefined', 'null', 'None', '(not set)']);

export interface CounterRead {
  readings: Reading[];
  rejects: { row: Json; reason: string }[];
  truncated: boolean;
  firstDays: FirstDays;
  /** Day of the earliest open period among these accounts; null when there are none. */
  earliest: Day | null;
}

/**
 * One counter for all accounts: a call by day over all open periods, and at most one by hour for the days on which
 * periods began. A further call by day is made only when a period turns out to begin before the range.
 */
export async function readCounter(input: {
  client: MixpanelClient;
  source: string;
  metric: MetricRead;
  segmentation: { event: string; where?: string };
  request: Pick<UsageRequest, 'periodOf' | 'now'>;
  from: Day | null;
  known: FirstDays;
  oldestFirst: boolean;
  call: Call;
}): Promise<CounterRead> {
  const { client, metric, segmentation, request, known, oldestFirst, call } = input;
  const zone = client.settings.timezone;
  const today = dayOf(request.now, zone);
  const rejects: CounterRead['rejects'] = [];
  const tooWide = (what: string) =>
    rejects.push({
      row: { metric: metric.metric, event: segmentation.event },
      reason: `${what} named ${MAX_GROUPS} accounts or more, so some are missing; narrow the metric with \`where\` and declare one metric per part`,
    });

  const readDays = (first: Day) => client.segmentation({ ...segmentation, unit: 'day', from: first, to: today }, call);
  let from = input.from ?? addDays(today, -DEFAULT_LOOKBACK_DAYS);
  let days = await readDays(from);
  let periods = openPeriods(days, metric.product, request);
  for (const [account, period] of periods) {
    if (daysBetween(dayOf(period.start, zone), today) <= MAX_LOOKBACK_DAYS) continue;
    periods.delete(account);
    rejects.push({
      row: { account, periodStart: period.start },
      reason: `a billing period longer than ${MAX_LOOKBACK_DAYS} days cannot be summed`,
    });
  }
  const earliest = earliestDay(periods, zone);
  if (earliest !== null && earliest < from) {
    from = earliest;
    days = await readDays(from);
    const kept = openPeriods(days, metric.product, request);
    periods = new Map([...kept].filter(([, period]) => dayOf(period.start, zone) >= from));
  }

  const window = hoursToRead({ periods, known, zone, oldestFirst });
  const hours = window ? await client.segmentation({ ...segmentation, unit: 'hour', ...window }, call) : {};
  const truncated = isTruncated(days) || isTruncated(hours);
  if (isTruncated(days)) tooWide('the answer by day');
  else if (isTruncated(hours)) tooWide('the answer by hour');

  const firstDays = updateFirstDays({ periods, known, window, hours, today, zone });
  const readings: Reading[] = [];
  for (const [account, period] of periods) {
    const firstDay = firstDays[account]?.[1] ?? null;
    for (const sum of sumPeriod({ period, days: days[account] ?? {}, firstDay, now: request.now, zone })) {
      readings.push({
        source: input.source,
        account,
        product: metric.product,
        metric: metric.metric,
        receivedAt: request.now,
        periodStart: period.start,
        periodEnd: period.end,
        ...sum,
      });
    }
  }
  return { readings, rejects, truncated, firstDays, earliest };
}

/** Accounts without a period (no subscription known) are not counted: there is nothing to sum within. */
function openPeriods(
  segments: Segments,
  product: string,
  request: { periodOf: UsageRequest['periodOf']; now: Iso },
): Map<string, Period> {
  const periods = new Map<string, Period>();
  for (const account of Object.keys(segments)) {
    if (NO_ACCOUNT.has(account)) continue;
    const period = request.periodOf(account, product);
    if (period && Date.parse(period.start) <= Date.parse(request.now)) periods.set(account, period);
  }
  return periods;
}

function earliestDay(periods: Map<string, Period>, zone: string): Day | null {
  let earliest: Day | null = null;
  for (const period of periods.values()) {
    const day = dayOf(period.start, zone);
    if (earliest === null || day < earliest) earliest = day;
  }
  return earliest;
}

function isTruncated(segments: Segments): boolean {
  return Object.keys(segments).length >= MAX_GROUPS;
}
