/**
 * Vendors echo what they were sent, and libraries print what they were given. Whatever reaches errors, logs, histories
 * or support bundles passes here first.
 */

const MASK = '***';

/** Shorter values are words, ports and test keys: masking them would make every text unreadable. */
const SHORTEST_SECRET = 8;
/** An answer that was cut off may end in the middle of a key: so many characters of it are enough to know it. */
const RECOGNISED_BY = 16;

/**
 * Values that this process has resolved or made, in each spelling in which they may turn up. For the life of the
 * process: a secret that was replaced still opens something somewhere.
 */
const known = new Map<string, RegExp>();

/** From now on no text shows this value, whatever its shape. */
export function knowSecret(value: string): void {
  for (const secret of [value, ...value.split('\n')]) {
    const text = secret.trim();
    if (text.length < SHORTEST_SECRET || /^-----.*-----$/.test(text)) continue;
    const base64 = Buffer.from(text).toString('base64').replace(/=+$/, '');
    const spellings = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), base64];
    for (const spelling of spellings) if (!known.has(spelling)) known.set(spelling, patternOf(spelling));
  }
}

/** The whole value, or its beginning where the rest is cut off. */
function patternOf(secret: string): RegExp {
  const start = secret.slice(0, RECOGNISED_BY);
  const rest = secret.slice(RECOGNISED_BY);
  return new RegExp(`${literal(start)}(?:${literal(rest)}|[\\w.~+/%=-]*)`, 'g');
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** What looks like a credential, by shape. */
const SECRET_SHAPES: [RegExp, string][] = [
  [/\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${MASK}`],
  [/\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_+/=]{6,}/g, MASK],
  [/\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}/g, MASK],
  [/\bpat-[a-z0-9]+-[A-Za-z0-9-]{6,}/g, MASK],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?/g, MASK],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/g, `$1:${MASK}@`],
  [
    /("?(?:password|secret|token|api_key|authorization)"?\s*[:=]\s*"?)(?!Basic|Bearer|env:[A-Z]|file:)[^\s",}]+/gi,
    `$1${MASK}`,
  ],
];

/** What tells about people: addresses, and the values that Drizzle prints after a query that failed. */
const PERSONAL_SHAPES: [RegExp, string][] = [
  [/\nparams: [\s\S]*?(?=\n\s+at |$)/g, `\nparams: ${MASK}`],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, `${MASK}@${MASK}`],
];

const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key']);
const SECRET_NAME = /(?:password|secret|token|api_?key|authorization|cookie|credential)s?$/i;

/** The text without credentials; the people in it stay, for answers to those who may know them. */
export function maskSecrets(text: string): string {
  let clean = text;
  for (const pattern of known.values()) clean = clean.replace(pattern, MASK);
  for (const [shape, replacement] of SECRET_SHAPES) clean = clean.replace(shape, replacement);
  return clean;
}

/** At most `max` characters, without credentials or addresses. */
export function redactText(text: string, max = 300): string {
  let clean = maskSecrets(text);
  for (const [shape, replacement] of PERSONAL_SHAPES) clean = clean.replace(shape, replacement);
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}

/** The same for every text in a JSON value; what a field of a telling name holds is masked whole. */
export function redactDeep(value: unknown, max = 4_000): unknown {
  if (typeof value === 'string') return redactText(value, max);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, max));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      redactText(name),
      typeof child === 'string' && SECRET_NAME.test(name) ? MASK : redactDeep(child, max),
    ]),
  );
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
