/** What a line of a recording must be: one whole exchange, and no secret in it. */
import { z } from 'zod';

const headers = z.record(z.string().regex(/^[^A-Z\s:]+$/), z.string());

const line = z.strictObject({
  vendor: z.string().min(1),
  at: z.iso.datetime(),
  direction: z.enum(['hub_to_vendor', 'vendor_to_hub']),
  method: z.string().regex(/^[A-Z]+$/),
  url: z.url(),
  requestHeaders: headers,
  requestBody: z.string().nullable(),
  status: z.int().min(100).max(599).nullable(),
  responseHeaders: headers,
  responseBody: z.string().nullable(),
});

export type Exchange = z.output<typeof line>;

/** A credential is told by its scheme alone. */
const MASKED = /^(\w+ )?\*\*\*$/;
const CREDENTIALS = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|.*-token)$/;
/** How the vendors' keys begin, ours too. */
const KEY = /\b(sk_(test|live)_|rk_(test|live)_|whsec_|xox[abpr]-|xapp-|pat-(na|eu)\d-|hr_[a-z]+_)[\w-]{8,}/;

/** @returns the exchange, or what is wrong with the line */
export function readExchange(text: string): { exchange: Exchange; problems: string[] } | { problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: ['is no JSON'] };
  }
  const read = line.safeParse(json);
  if (!read.success)
    return { problems: read.error.issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`) };
  const exchange = read.data;
  return { exchange, problems: [...gapsIn(exchange), ...secretsIn(exchange, text)] };
}

function gapsIn(exchange: Exchange): string[] {
  const { url, requestHeaders, requestBody, status, responseHeaders, responseBody } = exchange;
  // A mail relay has replies, no headers: its codes and texts are RFC 5321's.
  const overHttp = url.startsWith('http');
  if (status === null) {
    const any = responseBody !== null || Object.keys(responseHeaders).length > 0;
    return any ? ['has an answer without a status'] : [];
  }
  return [
    ...(overHttp && Object.keys(requestHeaders).length === 0 ? ['has no request headers'] : []),
    ...(overHttp && Object.keys(responseHeaders).length === 0 ? ['has no response headers'] : []),
    ...(overHttp || responseBody !== null ? [] : ['has no reply']),
    ...lengthOf('request', requestHeaders, requestBody),
    ...lengthOf('response', responseHeaders, responseBody),
    ...unreadable('request', requestHeaders, requestBody),
    ...unreadable('response', responseHeaders, responseBody),
  ];
}

/** Packed bodies are recorded unpacked, and a masked one has another length. */
function lengthOf(side: string, headers: Exchange['requestHeaders'], body: string | null): string[] {
  const told = headers['content-length'];
  if (told === undefined || headers['content-encoding'] !== undefined || body?.includes('***')) return [];
  const found = Buffer.byteLength(body ?? '');
  return Number(told) === found ? [] : [`${side}: content-length says ${told}, the body has ${found} bytes`];
}

function unreadable(side: string, headers: Exchange['requestHeaders'], body: string | null): string[] {
  if (body === null || body === '' || !/^application\/json\b/.test(headers['content-type'] ?? '')) return [];
  try {
    JSON.parse(body);
    return [];
  } catch {
    return [`${side}: the body is no JSON, though its content type says so`];
  }
}

function secretsIn({ requestHeaders, responseHeaders }: Exchange, text: string): string[] {
  const shown = [...Object.entries(requestHeaders), ...Object.entries(responseHeaders)].filter(
    ([name, value]) => CREDENTIALS.test(name) && !MASKED.test(value),
  );
  return [
    ...shown.map(([name]) => `shows the credential in ${name}`),
    ...(KEY.test(text) ? [`shows a key: ${KEY.exec(text)?.[1]}…`] : []),
  ];
}
