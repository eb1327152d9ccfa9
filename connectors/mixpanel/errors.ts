import { type ConnectorError, InvalidInputError, RateLimitedError } from '../kit/errors.ts';
import { type Classify, retryAfterMs } from '../kit/http.ts';
import { redactText } from '../kit/redact.ts';
import { errorReply, importRefusal } from './schemas.ts';

/** Business time to wait where Mixpanel does not say: its quota is counted by the hour, so seconds would be wasted. */
const QUOTA_WAIT_MS = 5 * 60_000;
/** What https://docs.mixpanel.com/reference/import-events asks for before the first repeat of a 429. */
const IMPORT_WAIT_MS = 2_000;

/**
 * Query API. 429 carries no documented Retry-After; `scale` turns the wait, a matter of the hourly quota, into wire time.
 * 401 and 403 follow the general table, 402 (plan without API access) is for the owner of the connection like 400.
 */
export function classifyQuery(scale: number): Classify {
  return ({ status, headers, body, origin }) => {
    if (status !== 429) return null;
    const wait = retryAfterMs(headers) ?? Math.max(1_000, Math.ceil(QUOTA_WAIT_MS / scale));
    return new RateLimitedError(`Mixpanel's query quota is used up: ${said(body)}`, wait, origin);
  };
}

/** /import?strict=1: a 400 lists what it refused and has stored the rest; repeating it changes nothing. */
export const classifyImport: Classify = ({ status, headers, body, origin }): ConnectorError | null => {
  if (status === 429)
    return new RateLimitedError(
      `Mixpanel refused the import for now: ${said(body)}`,
      retryAfterMs(headers) ?? IMPORT_WAIT_MS,
      origin,
      // Queries have limits of their own.
      'this_call',
    );
  const refusal = status === 400 ? importRefusal.safeParse(body) : null;
  if (!refusal?.success) return null;
  const { failed_records: failed, num_records_imported: stored } = refusal.data;
  const details = failed
    .slice(0, 5)
    .map(({ index, field, message }) => `event ${index}${field ? ` (${field})` : ''}: ${message}`);
  const more = failed.length > details.length ? ` and ${failed.length - details.length} more` : '';
  const message = `Mixpanel refused ${failed.length} of the events and stored ${stored}: ${redactText(details.join('; '), 600)}${more}`;
  return new InvalidInputError(message, origin);
};

function said(body: unknown): string {
  const reply = errorReply.safeParse(body);
  return redactText(reply.success ? reply.data.error : JSON.stringify(body));
}
