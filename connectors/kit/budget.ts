/** What a vendor allows, as data, and the permit that every call to a vendor needs. */
import { duration } from '../../config/schema/values.ts';
import type { CallEnd } from '../../domain/budget/breaker.ts';
import { ConnectorError, NotSentError, OutcomeUnknownError, TransientError } from './errors.ts';
import type { Call } from './operation.ts';

/**
 * One limit of a vendor, declared in the manifest. Rates under an hour run by the wire clock, quotas of an hour or
 * longer by the business clock. `day`: counted from midnight in the vendor account's zone; `at_once`: concurrent calls.
 */
export interface VendorLimit {
  /** In a connection's settings (`limits: { burst: 100 }`) and in reasons. */
  name: string;
  max: number;
  per: `${number}${'s' | 'm' | 'h'}` | 'day' | 'at_once';
  /** The calls that name this key count; absent: every call. */
  of?: string;
  /** Each subject behind the key is counted apart: `channel:C024BE91L`. */
  each?: boolean;
  /** For `day`: the setting that names the vendor account's zone; the company's where it is absent. */
  zoneSetting?: string;
}

export interface BudgetUse {
  call: Call;
  /** For errors and logs. */
  operation: string;
  /** Keys of limits that concern this call, besides those for every call: `search`, `channel:C024BE91L`. */
  keys?: string[];
}

/** Given when the call may leave. One of the two ends it; what comes after that says nothing. */
export interface Permit {
  /** The call ended: its slot is free when the vendor's window has passed. Absent: nothing is known of the vendor. */
  done: (end?: CallEnd) => void;
  /** The vendor has not seen a byte: its slot is free at once. */
  giveBack: () => void;
}

/** A permit of which the first end counts. */
export function endsOnce({ done, giveBack }: Permit): Permit {
  let ended = false;
  const once = (end: () => void) => {
    if (!ended) end();
    ended = true;
  };
  return { done: (how) => once(() => done(how)), giveBack: () => once(giveBack) };
}

/** What a vendor's headers said of one of the manifest's limits. */
export interface Heard {
  limit: string;
  max?: number;
  left?: number;
}

/** Of one connection, shared by all workers. */
export interface Budget {
  /**
   * Waits a moment where a permit comes soon.
   * @throws RateLimitedError when none does: the engine waits better than we do
   */
  take: (use: BudgetUse) => Promise<Permit>;
  hear: (heard: Heard) => void;
  /** The vendor said "not before": all workers wait. With a key, only for calls that name it. */
  pause: (ms: number, reason: string, key?: string) => Promise<void>;
}

/**
 * One exchange with a vendor, under its permit. Whoever waits for the vendor to be there again learns how it ended:
 * `isWell` says of an answer, and `endOf` of an error, what it tells.
 * @param ready the last that is done before anything leaves: `call.sending()`, a look at the deadline. Where it throws, the
 * vendor has seen nothing, and the permit goes back unused: workers that race on one effect would halve a slow rate else.
 * A connection that is refused counts as used: it keeps us from hammering at a vendor that is down.
 */
export async function withPermit<T>(
  budget: Budget,
  use: BudgetUse,
  ready: () => void | Promise<void>,
  exchange: () => Promise<T>,
  {
    isWell = () => true,
    endOf = endOfError,
  }: { isWell?: (answer: T) => boolean; endOf?: (error: unknown) => CallEnd } = {},
): Promise<T> {
  const permit = await budget.take(use);
  try {
    await ready();
  } catch (error) {
    permit.giveBack();
    throw error;
  }
  let end: CallEnd = 'not_made';
  try {
    const answer = await exchange();
    end = isWell(answer) ? 'answered' : 'failed';
    return answer;
  } catch (error) {
    end = endOf(error);
    throw error;
  } finally {
    permit.done(end);
  }
}

/** What a client throws that knows nothing of our errors is a broken connection; a no is an answer. */
export function endOfError(error: unknown): CallEnd {
  if (error instanceof NotSentError) return 'not_made';
  if (!(error instanceof ConnectorError)) return 'failed';
  return error instanceof TransientError || error instanceof OutcomeUnknownError ? 'failed' : 'answered';
}

/** The manifest's limits with the numbers that the connection sets itself. */
export function limitsOf(limits: readonly VendorLimit[], own: Record<string, number> = {}): VendorLimit[] {
  return limits.map((limit) => ({ ...limit, max: own[limit.name] ?? limit.max }));
}

/** The buckets a call takes from: names as the store keeps them. */
export function bucketsOf(limits: readonly VendorLimit[], keys: readonly string[]): [bucket: string, VendorLimit][] {
  return limits.flatMap((limit): [string, VendorLimit][] => {
    if (limit.of === undefined) return [[limit.name, limit]];
    const key = keys.find((one) => one.split(':', 1)[0] === limit.of);
    if (key === undefined) return [];
    return [[limit.each ? `${limit.name}:${key.slice(limit.of.length + 1)}` : limit.name, limit]];
  });
}

/** Milliseconds; null for `day` and `at_once`. */
export function windowMs({ per }: VendorLimit): number | null {
  return per === 'day' || per === 'at_once' ? null : duration.parse(per);
}

const HOUR_MS = 3_600_000;

/** What an hour allows at most, by the quotas that are counted by the hour; null: none is. */
export function callsPerHour(limits: readonly VendorLimit[]): number | null {
  const hourly = limits.filter((limit) => windowMs(limit) === HOUR_MS).map(({ max }) => max);
  return hourly.length === 0 ? null : Math.min(...hourly);
}
