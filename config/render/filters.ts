import type { FilterImplOptions } from 'liquidjs';

const LOCALE = 'en-US';

function numeric(value: unknown, filter: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const what = value === null || value === undefined ? 'nothing' : `"${String(value)}"`;
  throw new Error(`the filter ${filter} needs a number and got ${what}`);
}

function instant(value: unknown): number {
  const ms = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new Error('the filter date needs a date and got something else');
  return ms;
}

/** 128_000 → `128,000`; at most two decimals. */
export function number(value: unknown): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 }).format(numeric(value, 'number'));
}

/** To whole numbers, or to `digits` decimals. */
export function round(value: unknown, digits: unknown = 0): string {
  const maximumFractionDigits = numeric(digits, 'round');
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits }).format(numeric(value, 'round'));
}

/** 0.957 → `95%`. Rounded down, so that nobody reads 100% with something left. */
export function percent(value: unknown): string {
  // 0.57 × 100 is 56.99… in floating point.
  return `${Math.floor(numeric(value, 'percent') * 100 + 1e-9)}%`;
}

/** 9 → `9 days`, 1 → `1 day`; parts of a day count as begun. */
export function days(value: unknown): string {
  const count = Math.max(0, Math.ceil(numeric(value, 'days')));
  return `${number(count)} ${count === 1 ? 'day' : 'days'}`;
}

/** Cents in a currency: 129900 → `$1,299`, 129950 → `$1,299.50`. */
export function money(value: unknown, currency: string): string {
  const cents = numeric(value, 'money');
  const minimumFractionDigits = cents % 100 === 0 ? 0 : 2;
  const style = { style: 'currency', currency: currency.toUpperCase(), minimumFractionDigits } as const;
  return new Intl.NumberFormat(LOCALE, { ...style, maximumFractionDigits: 2 }).format(cents / 100);
}

/** `March 5, 2026`, as the calendar stands in the zone. */
export function date(value: unknown, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeZone }).format(instant(value));
}

/** Width of the used part of a bar, 1–100. */
export function bar(value: unknown): string {
  return String(Math.min(100, Math.max(1, Math.floor(numeric(value, 'bar') * 100))));
}

/** A bar in characters for the text part. */
export function textBar(value: unknown): string {
  const filled = Math.min(20, Math.max(0, Math.round(numeric(value, 'text_bar') * 20)));
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
}

/** The filters of templates. `money` and `date` take currency and zone from the message's context. */
export const FILTERS: Record<string, FilterImplOptions> = {
  number,
  round,
  percent,
  days,
  bar,
  text_bar: textBar,
  money(value: unknown) {
    return money(value, String(this.context.getSync(['company', 'currency'])));
  },
  date(value: unknown) {
    return date(value, String(this.context.getSync(['account', 'timezone'])));
  },
};
