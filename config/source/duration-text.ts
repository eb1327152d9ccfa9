const UNITS = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** 1209600000 → `14d`: the shortest way to write it, weeks only from four on, as people do. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, size] of UNITS) {
    const count = ms / size;
    if (Number.isInteger(count) && (unit !== 'w' || count >= 4)) return `${count}${unit}`;
  }
  return `${ms / 1000}s`;
}
