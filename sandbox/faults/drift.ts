/** Answers of a vendor that moved on without telling: fields that nobody knew, fields that are gone. */
type Parsed = null | boolean | number | string | Parsed[] | { [key: string]: Parsed };

const ADDED = { headroom_never_heard_of: { since: 'today' } };

/** A field more on the answer itself and on every item of its lists; what is a map from ids is left as it is. */
export function withAddedFields(payload: unknown): string {
  const walk = (value: Parsed, item: boolean): Parsed => {
    if (Array.isArray(value)) return value.map((one) => walk(one, true));
    if (value === null || typeof value !== 'object') return value;
    const fields = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, false)]));
    return item ? { ...fields, ...ADDED } : fields;
  };
  return changed(payload, (body) => walk(body, true));
}

/** Without the field, wherever it stands. */
export function withoutField(payload: unknown, field: string): string {
  const walk = (value: Parsed): Parsed => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== 'object') return value;
    const kept = Object.entries(value).filter(([name]) => name !== field);
    return Object.fromEntries(kept.map(([name, one]) => [name, walk(one)]));
  };
  return changed(payload, walk);
}

function changed(payload: unknown, change: (body: Parsed) => Parsed): string {
  const text = String(payload);
  try {
    return JSON.stringify(change(JSON.parse(text)));
  } catch {
    return text;
  }
}
