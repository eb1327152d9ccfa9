import type { Priority } from '../../domain/budget/types.ts';
import type { Json } from '../../domain/model.ts';

/** What every call carries. Deadlines are wire time. */
export interface Call {
  /** Aborts at the deadline or when the activity is cancelled. */
  signal: AbortSignal;
  /** Monotonic deadline (performance.now() milliseconds): a write checks it just before its first byte. */
  deadline: number;
  /** Who goes first where the vendor allows less than is wanted. Absent: last in line, as a sweep. */
  priority?: Priority;
}

export interface WriteCall extends Call {
  /** base64url(SHA-256(tenant + effect key)): goes to vendors that take an idempotency key, or into a marker. */
  idempotencyKey: string;
  /** Await it just before the first byte that can commit (for SMTP: DATA). After it, failure may have had its effect. */
  sending: () => Promise<void>;
}

export type Found<Result> =
  | { kind: 'found'; result: Result }
  | { kind: 'absent' }
  | { kind: 'unknown'; reason: string };

/** A stored request in words, for the person who must find out whether it arrived. */
export interface Explained {
  /** Who or what it goes to. */
  to: string;
  /** What it says or changes there, in a line. */
  what: string;
  /** Where a person can look whether it arrived, and for what. */
  where: string;
  lookFor: string;
}

/**
 * One outward change. `prepare` turns our words into the vendor's request, once, at the claim; its bytes are stored
 * and every attempt sends them unchanged.
 */
export interface WriteOperation<Input, Payload extends Json, Result extends Json> {
  name: string;
  /**
   * vendor_key: the vendor remembers our key. natural: doing it twice is doing it once (PUT, delete, set).
   * find: not idempotent, but `find` settles it. none: neither; doubt stays visible.
   */
  idempotency: 'vendor_key' | 'natural' | 'find' | 'none';
  /** How long after a deadline the vendor may still be committing what it took in. */
  settleMs: number;
  timeoutMs: number;
  prepare: (input: Input) => Payload;
  send: (payload: Payload, call: WriteCall) => Promise<Result>;
  explain?: (payload: Payload, idempotencyKey: string) => Explained;
  /** A strongly consistent look-up of an earlier attempt. */
  find?: (payload: Payload, call: Call & { idempotencyKey: string }) => Promise<Found<Result>>;
}
