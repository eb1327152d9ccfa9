import type { Forecast } from '../model.ts';
import { DAY_MS, toMs } from '../time.ts';
import { dailyUse, toCurve } from './curve.ts';
import type { DayBucket, Meter } from './types.ts';

const HORIZON_DAYS = 180;
const WEEKS = 4;
/** No account is steadier than this. */
const LEAST_SPREAD = 0.1;

/**
 * Days until the limit at the account's present pace, with the range that its own ups and downs allow. A counter is
 * walked day by day with the account's weekday shape and starts anew with each period. Null: no limit, too little
 * history, or not within 180 days.
 */
export function forecastLimit(meter: Meter, counter: boolean): Forecast | null {
  const { limit } = meter;
  if (limit === null) return null;
  if (meter.used >= limit) return { days: 0, lowDays: 0, highDays: 0 };
  return counter ? forecastCounter(meter, limit) : forecastGauge(meter.memory.days, meter.used, limit);
}

function forecastCounter(meter: Meter, limit: number): Forecast | null {
  const curve = toCurve(meter.memory.days);
  const end = curve.points.at(-1)?.at ?? 0;
  const history = longest(curve, end);
  if (history === null) return null;
  const weeks = chunk(history, 7);
  const weekly = weeks.map((week) => sum(week));
  // The newest week says most about the present pace.
  const pace = weighted(weekly) / 7;
  if (pace <= 0) return null;
  const spread = Math.max(LEAST_SPREAD, deviation(weekly));
  const walk = (rate: number) => walkDays(meter, limit, (day) => rate * weekdayShare(history, day));
  return toForecast(walk(pace), walk(pace * (1 + spread)), walk(pace * Math.max(0.05, 1 - spread)));
}

/** Days until the count reaches the limit, resetting where the period ends. */
function walkDays(meter: Meter, limit: number, useOnDay: (day: number) => number): number | null {
  const length = Math.max(DAY_MS, toMs(meter.periodEnd) - toMs(meter.periodStart));
  let left = (toMs(meter.periodEnd) - toMs(meter.observedAt)) / DAY_MS;
  let used = meter.used;
  for (let day = 0; day < HORIZON_DAYS; day++) {
    if (left <= 0) {
      used = 0;
      left += length / DAY_MS;
    }
    const today = useOnDay(day);
    if (used + today >= limit) return day + (limit - used) / today;
    used += today;
    left -= 1;
  }
  return null;
}

function forecastGauge(days: DayBucket[], used: number, limit: number): Forecast | null {
  const recent = days.filter((day) => !day.partial).slice(-7 * WEEKS);
  // Weekday against weekday, so that a quiet weekend is not taken for a trend.
  const slopes: number[] = [];
  for (const later of recent) {
    for (const earlier of recent) {
      const apart = Math.round((toMs(later.day) - toMs(earlier.day)) / DAY_MS);
      if (apart > 0 && apart % 7 === 0) slopes.push((later.used - earlier.used) / apart);
    }
  }
  if (slopes.length < 3) return null;
  slopes.sort((a, b) => a - b);
  const rate = quantile(slopes, 0.5);
  const until = (slope: number) => {
    const left = slope > 0 ? (limit - used) / slope : null;
    return left !== null && left <= HORIZON_DAYS ? left : null;
  };
  return toForecast(
    until(rate),
    until(Math.max(quantile(slopes, 0.8), rate * (1 + LEAST_SPREAD))),
    until(Math.min(quantile(slopes, 0.2), rate * (1 - LEAST_SPREAD))),
  );
}

function toForecast(days: number | null, low: number | null, high: number | null): Forecast | null {
  if (days === null) return null;
  const round = (value: number) => Math.round(value * 10) / 10;
  return { days: round(days), lowDays: round(low ?? days), highDays: round(high ?? HORIZON_DAYS) };
}

/** Whole weeks of daily use, newest first: as many as there are, at most four. */
function longest(curve: ReturnType<typeof toCurve>, end: number): number[] | null {
  for (let weeks = WEEKS; weeks >= 1; weeks--) {
    const history = dailyUse(curve, end, weeks * 7);
    if (history !== null) return history;
  }
  return null;
}

/** Use on the weekday that comes so many days after the newest reading, against the mean day. History is newest first. */
function weekdayShare(history: number[], daysAhead: number): number {
  const same = history.filter((_, i) => i % 7 === 6 - (daysAhead % 7));
  return ((sum(same) / same.length) * history.length) / sum(history);
}

function weighted(newestFirst: number[]): number {
  return sum(newestFirst.map((value, i) => value * 0.6 ** i)) / sum(newestFirst.map((_, i) => 0.6 ** i));
}

/** Standard deviation as a share of the mean; 0 for a single week. */
function deviation(values: number[]): number {
  if (values.length < 2) return 0;
  const mean = sum(values) / values.length;
  const squares = values.map((value) => (value - mean) ** 2);
  return Math.sqrt(sum(squares) / (values.length - 1)) / mean;
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function chunk(values: number[], size: number): number[][] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
