import type { Iso } from '../../domain/model.ts';
import { openLineFile } from './line-file.ts';

/** One exchange on the wire, as a line of the recording. Bodies are text or null; header names are in lower case. */
export interface Exchange {
  vendor: string;
  at: Iso;
  direction: 'hub_to_vendor' | 'vendor_to_hub';
  method: string;
  url: string;
  requestHeaders: Record<string, string>;
  requestBody: string | null;
  /** Null when no answer arrived. */
  status: number | null;
  responseHeaders: Record<string, string>;
  responseBody: string | null;
}

export interface Recorder {
  on: boolean;
  record: (exchange: Exchange) => void;
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|.*-token)$/;
const MASK = '***';
/** What OAuth hands out or takes, which no list of secrets can hold beforehand (RFC 6749 §5.1, RFC 7523 §2.1). */
const TOKENS: [RegExp, string][] = [
  [/("(?:access|refresh|id)_token"\s*:\s*")[^"]*/g, `$1${MASK}`],
  [/\b(assertion|client_secret)=[^&\s"]+/g, `$1=${MASK}`],
];

/** `Bearer xoxb-1` becomes `Bearer ***`: the scheme is what a reader wants to see. */
function maskHeader(name: string, value: string): string {
  if (!SECRET_HEADER.test(name)) return value;
  const scheme = /^(\w+) /.exec(value);
  return scheme ? `${scheme[1]} ${MASK}` : MASK;
}

/** @param secrets values that must stand nowhere in the recording */
export function createMask(secrets: string[]): (exchange: Exchange) => Exchange {
  // Longest first: a secret may be part of another one.
  const hidden = secrets.filter((value) => value.length >= 8).sort((a, b) => b.length - a.length);
  const text = (value: string) =>
    TOKENS.reduce(
      (result, [shape, masked]) => result.replace(shape, masked),
      hidden.reduce((result, secret) => result.replaceAll(secret, MASK), value),
    );
  const headers = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, text(maskHeader(name, value))]));
  return (exchange) => ({
    ...exchange,
    url: text(exchange.url),
    requestHeaders: headers(exchange.requestHeaders),
    requestBody: exchange.requestBody === null ? null : text(exchange.requestBody),
    responseHeaders: headers(exchange.responseHeaders),
    responseBody: exchange.responseBody === null ? null : text(exchange.responseBody),
  });
}

export function createRecorder(file: string | null, secrets: string[]): Recorder {
  const lines = openLineFile(file);
  const mask = createMask(secrets);
  return {
    on: file !== null,
    record: (exchange) => {
      if (file !== null) lines.write(mask(exchange));
    },
    flush: lines.flush,
    close: lines.close,
  };
}

/** Header lists as Node and Fastify hold them, flat and in lower case. */
export function flatHeaders(headers: Record<string, string | string[] | number | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return flat;
}
