/** Connection refused or lost, PostgreSQL shutting down or starting, no free slot. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  '08000',
  '08003',
  '08006',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);
/** pg says these without a code. */
const MESSAGES =
  /connection terminated|is not queryable|timeout exceeded when trying to connect|cannot use a pool after calling end/i;

/** PostgreSQL's text takes every character but the zero byte. */
export function isUnstorableText(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && (at.code === '22021' || at.code === '22P05')) return true;
  return false;
}

/** True when the database could not be reached, as opposed to having said no. */
export function isStoreAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && CODES.has(at.code)) return true;
    if (MESSAGES.test(at.message)) return true;
    if (at instanceof AggregateError && at.errors.some(isStoreAway)) return true;
  }
  return false;
}
