/** Vendors echo what they were sent. Whatever reaches errors, logs or histories passes here first. */

const MASK = '***';

/** What looks like a credential or a person's address, by shape. */
const SECRET_SHAPES: [RegExp, string][] = [
  [/\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${MASK}`],
  [/\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{6,}/g, MASK],
  [/\bxox[a-z]-[A-Za-z0-9-]{6,}/g, MASK],
  [/\bpat-[a-z0-9]+-[A-Za-z0-9-]{6,}/g, MASK],
  [/("?(?:password|secret|token|api_key|authorization)"?\s*[:=]\s*"?)(?!Basic|Bearer)[^\s",}]+/gi, `$1${MASK}`],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, `${MASK}@${MASK}`],
];

const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key']);

/** At most `max` characters, without credentials or addresses. */
export function redactText(text: string, max = 300): string {
  let clean = text;
  for (const [shape, replacement] of SECRET_SHAPES) clean = clean.replace(shape, replacement);
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}

/** Header names in lower case; of credentials only the scheme stays. */
export function redactHeaders(headers: Iterable<[string, string]>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const scheme = /^(\w+)\s+\S/.exec(value)?.[1];
    clean[key] = SECRET_HEADERS.has(key) ? (scheme ? `${scheme} ${MASK}` : MASK) : value;
  }
  return clean;
}
