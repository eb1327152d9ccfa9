/** Numbers as people read them in sentences. English, independent of the machine's locale. */

/** 1234567.8 → `1,234,567.8`; at most one decimal, none from 100 up. */
export function formatNumber(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
  const [whole = '0', fraction] = String(Math.abs(rounded)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${rounded < 0 ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** 0.823 → `82 %`. Rounded down, so that 99.6 % never reads as the limit reached. */
export function formatPercent(ratio: number): string {
  return `${Math.floor(ratio * 100 + 1e-9)} %`;
}

/** A length of time in the largest unit that fits: `45 min`, `18 h`, `3 days`. */
export function formatDuration(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} days`;
}

/** 123456 → `1,234.56`. */
export function formatCents(cents: number): string {
  const whole = formatNumber(Math.trunc(Math.abs(cents) / 100)).split('.')[0];
  return `${cents < 0 ? '-' : ''}${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
}
