/** Who goes first, most urgent first: a person waits for a click; a sweep can wait for its turn. */
export const PRIORITIES = ['click', 'alert', 'message', 'sweep'] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * What a vendor allows, as slots: a call takes one of each of its buckets when it may leave, and gives it back when it
 * ended and its window has passed. Since the vendor saw the call somewhere between the two, no window of the vendor's
 * own clock ever holds more calls than slots, however slow the network or the vendor was.
 */
export interface Limit {
  /** The limit's name; with a colon and what it counts where each is counted apart: `channel:C024`. */
  bucket: string;
  max: number;
  /** As the company set it; the vendor's headers never raise it. Null: not set. */
  cap: number | null;
  window: Window;
}

export type Window =
  /** So many calls in any stretch of this length. Business time where it is an hour or longer. */
  | { kind: 'rolling'; ms: number; clock: 'wire' | 'business' }
  /** So many calls until a moment of business time at which the vendor starts to count anew. */
  | { kind: 'until'; businessAt: number }
  /** So many calls at the same time. */
  | { kind: 'at_once' };

/** The same moment on both clocks, in milliseconds since 1970. */
export interface Now {
  wire: number;
  business: number;
  /** Business milliseconds per wire millisecond. */
  scale: number;
}

/** Calls that need one slot of each of these buckets. */
export interface Want {
  buckets: string[];
  priority: Priority;
  n: number;
}

/** What a process tells and asks in one go. Everything it holds falls back to the others when it does not ask for long. */
export interface Ask {
  /** The process. */
  holder: string;
  /** Of every bucket named below. */
  limits: Limit[];
  /** Calls that ended: answered, or given up. */
  ended: { buckets: string[]; n: number; wireMsAgo: number }[];
  /** Permits that were not used and are not going to be. */
  unused: { buckets: string[]; n: number }[];
  wants: Want[];
  /** What the vendor's headers said. */
  told: Told[];
}
export interface Told {
  bucket: string;
  /** How many calls the window allows. */
  max?: number;
  /** How many are left until then; fewer than we think: somebody else uses the same quota. */
  left?: { n: number; businessUntil: number };
  /** "Not before", for this bucket only, in wire milliseconds from now. */
  closedForMs?: number;
}

/** For one call. */
export interface Grant extends Omit<Want, 'n'> {
  /** Wire milliseconds until these slots are free; the calls must not leave before. */
  inMs: number;
}
export interface Answer {
  grants: Grant[];
  /** What is left of the wants. */
  waits: Wait[];
  /** Somebody else waits for slots like these: unused ones should come back soon. */
  contended: boolean;
  /** A quota of which not one call is left before the vendor counts anew; null: none of those that were wanted. */
  spent: { bucket: string; max: number; businessUntil: number } | null;
}

export interface Wait extends Omit<Want, 'n'> {
  /** The bucket that keeps it, and for how many wire milliseconds at least; 0: nobody knows, calls are under way. */
  bucket: string;
  ms: number;
  /** When to ask again. */
  againMs: number;
}

export interface Bucket {
  limit: Limit;
  /** As the vendor's headers said; null: nothing yet. */
  toldMax: number | null;
  /** Slots whose window has not passed: [until, how many], by the limit's own clock, soonest first. */
  cooling: [until: number, n: number][];
  /** Slots of calls under way and of permits not used yet, by process. */
  held: Record<string, number>;
  /** Slots that others got while this priority waited: with enough of them it goes first. */
  credit: Record<Priority, number>;
  /** Wire time at which somebody of this priority was last seen to wait. */
  waitedAt: Partial<Record<Priority, number>>;
  /** Wire time before which the vendor wants no call of this bucket. */
  closedUntil: number;
}
export interface Holder {
  /** Wire time at which its permits are given up for dead. */
  until: number;
  /** Wire time of its newest grant: who had nothing for longest goes first among equals. */
  grantedAt: number;
  wants: Want[];
  /** Wire time after which it is taken to wait no longer. */
  wantsUntil: number;
}
export interface PermitState {
  buckets: Record<string, Bucket>;
  holders: Record<string, Holder>;
}

export const NO_PERMITS: PermitState = { buckets: {}, holders: {} };
