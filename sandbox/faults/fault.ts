import { z } from 'zod';

/** What goes wrong on a call from the hub before the vendor has done anything. */
const refusals = ['rate_limited', 'server_error', 'expired_token', 'expired_cursor', 'echo', 'slow', 'hang'] as const;
/** What goes wrong with the answer, after the vendor has done it. */
const answers = [
  'accept_then_reset',
  'accept_then_timeout',
  'accept_then_error',
  'half_body',
  'wrong_shape',
  'repeated_page',
  'added_fields',
  'missing_field',
] as const;
/** What goes wrong with a webhook on its way to the hub. */
const webhooks = ['webhook_duplicate', 'webhook_late', 'webhook_reordered'] as const;

export const fault = z.strictObject({
  vendor: z.string().min(1),
  kind: z.enum([...refusals, ...answers, ...webhooks]),
  match: z
    .strictObject({
      method: z
        .string()
        .transform((method) => method.toUpperCase())
        .optional(),
      /** A regular expression on the path (for webhooks: the hub's path). */
      path: z.string().refine(isRegExp, 'expected a regular expression').optional(),
    })
    .default({}),
  /** How often it happens; by default always. */
  times: z.number().int().positive().optional(),
  /** Matching calls that pass before the first one is hit: 1 spares the first page of a list. */
  skip: z.number().int().nonnegative().default(0),
  /** The chance that a matching call is hit. */
  probability: z.number().min(0).max(1).default(1),
  seed: z.string().default('fault'),
  /** rate_limited: seconds in Retry-After; left out, the header is missing. */
  retryAfterSeconds: z.number().nonnegative().optional(),
  /** server_error, accept_then_error: the status. */
  status: z.number().int().min(500).max(599).default(503),
  /** slow, webhook_late: wire milliseconds. */
  delayMs: z.number().int().nonnegative().default(2_000),
  /** missing_field: its name, wherever it stands in the answer. */
  field: z.string().min(1).optional(),
});

export type Fault = z.output<typeof fault>;
export type FaultInput = z.input<typeof fault>;
export type FaultKind = Fault['kind'];

export const STAGE: Record<FaultKind, 'before' | 'after' | 'webhook'> = {
  rate_limited: 'before',
  server_error: 'before',
  expired_token: 'before',
  expired_cursor: 'before',
  echo: 'before',
  slow: 'before',
  hang: 'before',
  accept_then_reset: 'after',
  accept_then_timeout: 'after',
  accept_then_error: 'after',
  half_body: 'after',
  wrong_shape: 'after',
  repeated_page: 'after',
  added_fields: 'after',
  missing_field: 'after',
  webhook_duplicate: 'webhook',
  webhook_late: 'webhook',
  webhook_reordered: 'webhook',
};

function isRegExp(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
