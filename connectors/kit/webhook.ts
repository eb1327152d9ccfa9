/** What every receiver of webhooks does alike, whatever the vendor's way of signing. */
import type { IngestResult, WebhookRequest } from './capabilities.ts';
import type { ConnectDependencies } from './connector.ts';

/** Events are small; nothing honest comes near. The server reads no further, and receivers ask again. */
export const WEBHOOK_LIMIT = 1_048_576;

/** The secrets that a delivery may be signed with, resolved at each one; empty: nothing is believed. */
export type WebhookSecrets = () => string[];

/**
 * One secret, or two while it is changed: the new and the old are believed alike. A reference to nothing, or to blanks,
 * is as good as none: with no other the route answers 503 and says so.
 */
export function webhookSecrets({
  connection,
  secret,
}: Pick<ConnectDependencies, 'connection' | 'secret'>): WebhookSecrets {
  const references = [connection.webhook_secret ?? []].flat();
  const resolved = (reference: string): string[] => {
    try {
      const value = secret(reference);
      return value.trim() === '' ? [] : [value];
    } catch {
      return [];
    }
  };
  return () => references.flatMap(resolved);
}

type Refused = Extract<IngestResult, { kind: 'refused' }>;

export function refused(status: Refused['status'], reason: string): Refused {
  return { kind: 'refused', status, reason };
}

/**
 * What speaks against a delivery before its signature is looked at; null: nothing does.
 * @param types the content types that the vendor documents
 */
export function doubtBefore(
  { headers, rawBody }: WebhookRequest,
  secrets: readonly string[],
  types: readonly string[],
): Refused | null {
  if (secrets.length === 0) return refused(503, 'no webhook secret is configured for this connection');
  if (rawBody.length > WEBHOOK_LIMIT) return refused(413, `larger than ${WEBHOOK_LIMIT} bytes`);
  return types.includes(mediaType(headers)) ? null : refused(415, `expected content-type ${types.join(' or ')}`);
}

export function mediaType(headers: WebhookRequest['headers']): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
