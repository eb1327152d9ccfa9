/** How values look to people. */
const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** `2026-03-14 09:20`, UTC. */
export function time(iso: string | null): string | null {
  return iso === null ? null : new Date(iso).toISOString().slice(0, 16).replace('T', ' ');
}

export function count(value: number): string {
  return number.format(value);
}

export function percent(ratio: number | null): string | null {
  return ratio === null ? null : `${number.format(ratio * 100)} %`;
}

/** Whole cents as money: `$12,400`. */
export function money(cents: number, currency = 'usd'): string {
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
    maximumFractionDigits: cents % 100 === 0 ? 0 : 2,
  }).format(cents / 100);
}

/** `usage_80: 3, usage_95: 1`, the greatest first. */
export function counts(numbers: Record<string, number>): string {
  const entries = Object.entries(numbers).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? 'none' : entries.map(([name, n]) => `${name} ${count(n)}`).join(', ');
}

/** Cents without their currency: `12,400`, `12,400.50`. */
export function amount(cents: number): string {
  const digits = cents % 100 === 0 ? 0 : 2;
  return (cents / 100).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `15m`, `6h`, as config writes it. */
export function duration(ms: number): string {
  const units: [name: string, ms: number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ];
  const [name, unit] = units.find(([, size]) => ms >= size) ?? ['s', 1_000];
  return `${number.format(ms / unit)}${name}`;
}
