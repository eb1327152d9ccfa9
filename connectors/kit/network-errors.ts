/** What a broken connection means for a read, and for a write that may have arrived. */
import { ConnectorError, type ErrorOrigin, OutcomeUnknownError, RepeatableError, TransientError } from './errors.ts';
import type { WriteOperation } from './operation.ts';
import { redactText } from './redact.ts';

/** Absent for a read. */
export type Idempotency = WriteOperation<never, never, never>['idempotency'];

/** Failures before the first byte could leave: the vendor has seen nothing. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True when doing it again does no harm: reads, and writes that the vendor or their nature makes idempotent. */
export function isRepeatable(idempotency: Idempotency | undefined): boolean {
  return idempotency === undefined || idempotency === 'vendor_key' || idempotency === 'natural';
}

/**
 * The named error for whatever a client threw while a request was under way. ConnectorErrors pass unchanged, wherever
 * in the chain of causes they stand.
 */
export function networkError(
  error: unknown,
  origin: ErrorOrigin,
  idempotency: Idempotency | undefined,
): ConnectorError {
  const chain = causes(error);
  const named = chain.find((link) => link instanceof ConnectorError);
  if (named) return named;
  const code = chain.map(codeOf).find((found) => found !== undefined);
  const what = redactText(chain.map((link) => (link instanceof Error ? link.message : String(link))).join(': '));
  const from = { ...origin, cause: error };
  const noAnswer = `no answer from ${origin.connector}: ${what}`;
  if (code !== undefined && NOT_SENT.has(code)) return new TransientError(noAnswer, from);
  if (isRepeatable(idempotency)) return new RepeatableError(noAnswer, from);
  return new OutcomeUnknownError(`sent, but no whole answer came back from ${origin.connector}: ${what}`, from);
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (
    let link = error;
    link !== undefined && link !== null && chain.length < 8;
    link = link instanceof Error ? link.cause : null
  ) {
    chain.push(link);
  }
  return chain;
}

function codeOf(link: unknown): string | undefined {
  const code = link instanceof Error && 'code' in link ? link.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
