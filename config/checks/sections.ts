/** Careful reading of data that no schema has vouched for. */
export function record(value: unknown): Record<string, unknown> {
  // An object that is no array has string keys; what they hold stays unknown.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === 'string');
}

/** The mapping at a path; empty where there is none. */
export function sectionAt(data: unknown, ...path: (string | number)[]): Record<string, unknown> {
  let value = data;
  for (const step of path) value = Array.isArray(value) ? value[Number(step)] : record(value)[step];
  return record(value);
}

/** A value as people would recognise it from their file. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (empty)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const written = typeof value === 'string' ? `"${value}"` : String(value);
  return written.length > 80 ? `${written.slice(0, 79)}…` : written;
}
