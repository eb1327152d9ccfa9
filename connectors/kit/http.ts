/** One HTTP exchange with a vendor: deadline, bounded body, checked shape, named errors. Never retries. */
import type { z } from 'zod';
import { type Budget, type Heard, withPermit } from './budget.ts';
import type { HostFetch } from './doors.ts';
import {
  AuthenticationError,
  type ConnectorError,
  type ErrorOrigin,
  InvalidInputError,
  NotSentError,
  OutcomeUnknownError,
  RateLimitedError,
  RepeatableError,
  TransientError,
  UnexpectedResponseError,
} from './errors.ts';
import { type Idempotency, isRepeatable, networkError } from './network-errors.ts';
import type { Call, WriteCall } from './operation.ts';
import { redactText } from './redact.ts';

export interface VendorReply {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is none. */
  body: unknown;
  origin: ErrorOrigin;
}

/** A connector's own error table, asked before the general one. Null: the general one decides. */
export type Classify = (reply: VendorReply) => ConnectorError | null;

interface RequestBase<Body> {
  fetch: HostFetch;
  budget: Budget;
  /** Of limits that concern this request, besides those for every call. */
  keys?: string[];
  /** What the vendor's headers say of its limits. */
  heard?: (headers: Headers) => Heard[];
  connector: string;
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string | URL;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | URLSearchParams;
  /** What the answer must look like; a 2xx of another shape is an UnexpectedResponseError naming the field. */
  schema: z.ZodType<Body>;
  classify?: Classify;
  /** Largest answer taken, in bytes as decoded. Default 32 MB. */
  maxBytes?: number;
}
/** A request that changes something says how it is idempotent and awaits `call.sending()` before its first byte. */
export type VendorRequest<Body> = RequestBase<Body> &
  ({ write?: undefined; call: Call } | { write: Idempotency; call: WriteCall });

const MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_RETRY_AFTER_MS = 60_000;

/**
 * Sends one request, under its permit, and returns the parsed answer of a 2xx. Throws a ConnectorError otherwise: before the first byte
 * always a repeatable one, after it OutcomeUnknownError for writes that neither the vendor's key nor their nature
 * makes idempotent.
 */
export async function vendorRequest<Body>(
  request: VendorRequest<Body>,
): Promise<{ status: number; headers: Headers; body: Body }> {
  const origin: ErrorOrigin = { connector: request.connector, operation: request.operation };
  checkDeadline(request.call, origin);
  const { call, operation, keys, budget } = request;
  // Before `sending`: a call that waits for its permit, or dies while it does, has surely done nothing.
  const ready = async () => {
    if (request.write !== undefined) await request.call.sending();
    checkDeadline(call, origin);
  };
  const use = { call, operation, keys };
  const isWell = (answer: { status: number }) => answer.status < 500;
  const { status, headers, text } = await withPermit(budget, use, ready, () => exchange(request, origin), { isWell });
  for (const heard of request.heard?.(headers) ?? []) budget.hear(heard);
  const requestId = headers.get('x-request-id') ?? headers.get('request-id') ?? undefined;
  const reply: VendorReply = { status, headers, body: parseJson(text), origin: { ...origin, requestId } };
  const failure =
    request.classify?.(reply) ?? (status >= 200 && status < 300 ? null : classifyStatus(reply, request.write));
  if (failure instanceof RateLimitedError && failure.stops === 'everybody')
    await budget.pause(failure.retryAfterMs, failure.message);
  if (failure) throw failure;
  const parsed = request.schema.safeParse(reply.body);
  if (parsed.success) return { status, headers, body: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? issue.path.join('.') : 'the body';
  const message = `${request.connector} answered ${request.operation} in an unknown shape: ${where}: ${issue?.message ?? 'not understood'}`;
  // The write was taken, only its answer is unreadable: the retry repeats it or looks, a refusal would be a lie.
  if (request.write !== undefined) throw new OutcomeUnknownError(message, reply.origin);
  throw new UnexpectedResponseError(message, reply.origin);
}

async function exchange(request: VendorRequest<unknown>, origin: ErrorOrigin) {
  try {
    const response = await request.fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      signal: request.call.signal,
    });
    const text = await readBounded(response, request.maxBytes ?? MAX_BYTES, origin);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    throw networkError(error, origin, request.write);
  }
}

function checkDeadline(call: Call, origin: ErrorOrigin): void {
  if (call.signal.aborted || performance.now() >= call.deadline) {
    throw new NotSentError('the deadline passed before anything was sent', { ...origin, cause: call.signal.reason });
  }
}

async function readBounded(response: Response, maxBytes: number, origin: ErrorOrigin): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UnexpectedResponseError(`the answer is larger than ${maxBytes} bytes`, origin);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The general table; a vendor's own knows its body codes better. */
export function classifyStatus(reply: VendorReply, write?: Idempotency): ConnectorError {
  const { status, origin } = reply;
  const said = redactText(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  const message = `${origin.connector} answered ${origin.operation} with ${status}: ${said}`;
  if (status === 401 || status === 403) return new AuthenticationError(message, origin);
  if (status === 429)
    return new RateLimitedError(message, retryAfterMs(reply.headers) ?? DEFAULT_RETRY_AFTER_MS, origin);
  if (status >= 500) {
    // A server that broke half-way may still have done it.
    return isRepeatable(write) ? new RepeatableError(message, origin) : new OutcomeUnknownError(message, origin);
  }
  if (status === 408 || status === 425) return new TransientError(message, origin);
  if (status >= 400) return new InvalidInputError(message, origin);
  return new UnexpectedResponseError(message, origin);
}

/** Retry-After in milliseconds (RFC 9110 §10.2.3: seconds or a date); null when absent or not understood. */
export function retryAfterMs(headers: Headers, wireNow = Date.now()): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - wireNow);
}
