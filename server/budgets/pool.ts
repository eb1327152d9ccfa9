/**
 * The permits of one connection in one process: calls queue here, the store is asked for all of them in one go, and a
 * few permits are kept at hand while there are enough. Counts and order are the store's (domain/budget).
 */
import { randomUUID } from 'node:crypto';
import { type Budget, type BudgetUse, endsOnce, type Heard, type Permit } from '../../connectors/kit/budget.ts';
import { RateLimitedError, TransientError } from '../../connectors/kit/errors.ts';
import { LEASE_MS } from '../../domain/budget/grant.ts';
import type { Ask, Limit, Told } from '../../domain/budget/types.ts';
import type { PermitAnswer } from '../../store/index.ts';
import type { ConnectionLimits } from './limits.ts';
import { type Needs, rank, WaitingCalls } from './queue.ts';

/** A permit at hand that nobody wanted for so long goes back. */
const SPARE_MS = 1_000;
/** What ended is told at the latest after this: well before its window ends, for others who wait. */
const TELL_MS = 1_000;
const TELL_CONCURRENT_MS = 25;
const STORE_AWAY_MS = 250;
/**
 * Those who were refused together come back in the second before their turn, not all at once: a slot that is free must
 * find somebody who waits for it.
 */
const SPREAD_MS = 1_000;

export interface PoolOptions {
  connection: string;
  connector: string;
  limits: ConnectionLimits;
  ask: (ask: Ask) => Promise<PermitAnswer>;
  /** Writes down "not before" for all workers. */
  pause: (wireUntil: number, reason: string) => Promise<void>;
  wireNow: () => number;
}

/** A permit of the store's. */
interface Held extends Needs {
  /** The name under which it was granted. */
  holder: string;
  /** Monotonic: not to be used before, nor kept at hand after. */
  from: number;
  until: number;
}

export class PermitPool implements Budget {
  readonly #options: PoolOptions;
  readonly #waiting = new WaitingCalls<Held>((waiter) => this.#limited(waiter.operation, 0, 'none came in time'));
  #holder = randomUUID();
  #spares: Held[] = [];
  #unused: Held[] = [];
  /** Calls that ended since the last question, and when. */
  #ended: { limits: Limit[]; at: number }[] = [];
  #told = new Map<string, { limit: Limit; told: Told }>();
  /** Permits in use or at hand. */
  #holding = 0;
  /** Whether others wait for what this process has. */
  #contended = false;
  #paused = { wireUntil: 0, reason: '' };
  #asking: Promise<void> | null = null;
  #timer: { at: number; timeout: NodeJS.Timeout } | null = null;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async take({ call, operation, keys = [] }: BudgetUse): Promise<Permit> {
    const limits = this.#options.limits.of(keys);
    const key = limits.map(({ bucket }) => bucket).join(' ');
    const needs = { limits, key, priority: call.priority ?? 'sweep' };
    const held = this.#atHand(needs) ?? (await this.#wait(needs, call, operation));
    return endsOnce({ done: () => this.#end(held), giveBack: () => this.#return(held) });
  }

  hear({ limit: name, max, left }: Heard): void {
    const limit = this.#options.limits.named(name);
    if (limit === null) return;
    const { window, bucket } = limit;
    const businessUntil = window.kind === 'until' ? window.businessAt : Number.MAX_SAFE_INTEGER;
    const told: Told = {
      bucket,
      ...(max === undefined ? {} : { max }),
      ...(left === undefined ? {} : { left: { n: left, businessUntil } }),
    };
    this.#told.set(bucket, { limit, told });
  }

  async pause(ms: number, reason: string, key?: string): Promise<void> {
    if (key === undefined) {
      const wireUntil = this.#options.wireNow() + ms;
      this.#stop({ wireUntil, reason });
      return await this.#options.pause(wireUntil, reason);
    }
    for (const limit of this.#options.limits.only(key))
      this.#told.set(limit.bucket, { limit, told: { bucket: limit.bucket, closedForMs: ms } });
    this.#askIn(0);
  }

  /** Another process was told "not before": what is at hand here is worth nothing until the store was asked. */
  heedPause(): void {
    this.#giveBackSpares();
    if (this.#waiting.size > 0) this.#askIn(0);
  }

  /** Gives back everything that is not in use. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer.timeout);
    const stops = { connector: this.#options.connector, operation: 'stop' };
    this.#waiting.refuseAll(new TransientError('the hub stops', stops));
    await this.#asking;
    this.#giveBackSpares();
    if (this.#unused.length + this.#ended.length > 0) await this.#ask();
  }

  /** One that is kept here; for something more urgent than it was meant for, too, but never for less. */
  #atHand({ key, priority }: Needs): Held | null {
    const now = performance.now();
    const index = this.#spares.findIndex(
      (one) => one.key === key && one.until > now && rank(priority) <= rank(one.priority),
    );
    return index < 0 ? null : (this.#spares.splice(index, 1)[0] ?? null);
  }

  async #wait(needs: Needs, call: BudgetUse['call'], operation: string): Promise<Held> {
    const first = !this.#waiting.hasBefore(needs);
    const place = this.#waiting.add(needs, call, operation);
    // Behind others of its kind a call is part of their next question, which has its time.
    if (first || this.#timer === null) this.#askIn(0);
    return await place;
  }

  #end(held: Held): void {
    const { limits, holder } = held;
    if (holder !== this.#holder) return;
    const now = performance.now();
    // A place among concurrent calls is as good for the next one here, while nobody else waits for it.
    if (!this.#contended && limits.every(({ window }) => window.kind === 'at_once')) {
      this.#give({ ...held, from: 0, until: now + SPARE_MS });
      return;
    }
    this.#holding -= 1;
    this.#ended.push({ limits, at: now });
    this.#askIn(tellWithin(limits));
  }

  /** Not used: to the next who waits here, else to the store at once. At hand it would keep a slow rate from others. */
  #return(held: Held): void {
    if (held.holder !== this.#holder) return;
    this.#give({ ...held, from: 0, until: 0 });
    this.#askIn(0);
  }

  #giveBackSpares(): void {
    this.#unused.push(...this.#spares.splice(0));
  }

  #stop(paused: { wireUntil: number; reason: string }): void {
    if (paused.wireUntil > this.#paused.wireUntil) this.#paused = paused;
    this.#giveBackSpares();
  }

  #askIn(ms: number): void {
    const at = performance.now() + ms;
    if (this.#closed || (this.#timer && this.#timer.at <= at)) return;
    if (this.#timer) clearTimeout(this.#timer.timeout);
    const run = () => {
      this.#timer = null;
      // One question at a time: what came up meanwhile is part of the next.
      if (this.#asking) return void this.#asking.then(() => this.#askIn(0));
      this.#asking = this.#ask().finally(() => {
        this.#asking = null;
      });
    };
    // A timer even for 0: calls that start together are asked for together.
    this.#timer = { at, timeout: setTimeout(run, ms).unref() };
  }

  async #ask(): Promise<void> {
    const asked = performance.now();
    this.#unused.push(...this.#spares.filter(({ until }) => until <= asked));
    this.#spares = this.#spares.filter(({ until }) => until > asked);
    const wanted = this.#waiting.wants();
    const question = this.#question(wanted, asked);
    try {
      this.#hearAnswer(await this.#options.ask(question), wanted, asked);
    } catch {
      // Nobody knows whether it was written down. Under a new name nothing is counted twice: what the old one held
      // comes back to all when its lease ends.
      this.#holder = randomUUID();
      this.#holding = 0;
      this.#spares = [];
      this.#askIn(STORE_AWAY_MS);
    }
  }

  #question(wanted: (Needs & { n: number })[], now: number): Ask {
    const limits = new Map<string, Limit>();
    const names = (some: Limit[]) =>
      some.map((limit) => {
        limits.set(limit.bucket, limit);
        return limit.bucket;
      });
    const ended = this.#ended.map(({ limits: some, at }) => {
      return { buckets: names(some), n: 1, wireMsAgo: Math.max(0, now - at) };
    });
    const unused = this.#unused.map((one) => ({ buckets: names(one.limits), n: 1 }));
    const told = [...this.#told.values()].map(({ limit, told: said }) => ({
      ...said,
      bucket: names([limit])[0] ?? '',
    }));
    const wants = wanted.map(({ limits: some, priority, n }) => {
      return { buckets: names(some), priority, n };
    });
    this.#holding -= this.#unused.length;
    this.#ended = [];
    this.#unused = [];
    this.#told.clear();
    return { holder: this.#holder, limits: [...limits.values()], ended, unused, told, wants };
  }

  /** @param asked when the question left: nothing is kept at hand for longer than from there */
  #hearAnswer(answer: PermitAnswer, wanted: Needs[], asked: number): void {
    const heard = performance.now();
    for (const { buckets, priority, inMs } of answer.grants) {
      const needs = wanted.find((one) => one.priority === priority && one.key === buckets.join(' '));
      if (!needs) continue;
      const from = inMs === 0 ? 0 : heard + inMs;
      this.#holding += 1;
      this.#give({ ...needs, holder: this.#holder, from, until: asked + inMs + SPARE_MS });
    }
    this.#contended = answer.contended;
    if (answer.contended) this.#giveBackSpares();
    if (answer.paused) this.#stop(answer.paused);
    this.#refuseHopeless(answer);
    const again = answer.waits.map(({ againMs }) => againMs);
    if (this.#waiting.size > 0) this.#askIn(Math.min(...again, TELL_MS));
    else if (this.#holding > 0) this.#askIn(LEASE_MS / 3);
  }

  /** To the first who waits for such a one, when its time has come; kept at hand when nobody does. */
  #give(held: Held): void {
    // Timers may fire a fraction of a millisecond early.
    const waitMs = Math.ceil(held.from - performance.now()) + 1;
    if (held.from > 0 && waitMs > 1) {
      this.#waiting.promise(held, 1);
      setTimeout(() => {
        this.#waiting.promise(held, -1);
        this.#give({ ...held, from: 0 });
      }, waitMs);
      return;
    }
    if (held.holder !== this.#holder) return;
    const isPaused = this.#options.wireNow() < this.#paused.wireUntil;
    const waiter = isPaused ? null : this.#waiting.next(held.key, held.priority);
    if (waiter) {
      waiter.give(held);
      return;
    }
    (isPaused ? this.#unused : this.#spares).push(held);
    this.#askIn(SPARE_MS);
  }

  /** Whom nothing can help within their patience need not wait for its end. */
  #refuseHopeless({ waits, paused, spent }: PermitAnswer): void {
    const now = performance.now();
    const pausedMs = paused ? paused.wireUntil - this.#options.wireNow() : 0;
    this.#waiting.refuse((waiter) => {
      const wait = waits.find(
        ({ buckets, priority }) => priority === waiter.priority && buckets.join(' ') === waiter.key,
      );
      const ms = Math.max(pausedMs, wait?.ms ?? 0);
      if (now + ms <= waiter.patientUntil) return null;
      const why =
        paused?.reason ?? (spent ? `the quota ${spent.bucket} is spent` : `${wait?.bucket ?? 'it'} is used up`);
      return this.#limited(waiter.operation, ms, why);
    });
  }

  #limited(operation: string, ms: number, why: string): RateLimitedError {
    const { connection, connector } = this.#options;
    const message = `no permit for a call of ${connection}: ${why}`;
    const retryAfterMs = Math.ceil(Math.max(0, ms - SPREAD_MS) + Math.random() * SPREAD_MS);
    return new RateLimitedError(message, retryAfterMs, { connector, operation });
  }
}

function tellWithin(limits: Limit[]): number {
  const windows = limits.map(({ window }) => {
    if (window.kind === 'at_once') return TELL_CONCURRENT_MS;
    return window.kind === 'rolling' && window.clock === 'wire' ? window.ms / 4 : TELL_MS;
  });
  return Math.min(TELL_MS, ...windows);
}
