/** What the project holds: events by account, and a group profile per account. */
import type { Json } from '../../../domain/model.ts';
import type { Directory, WorldAccount, WorldEvent, WorldReading } from '../../../sandbox/frame/types.ts';
import { CounterHistory } from './counter-history.ts';
import { profileFacts } from './facts.ts';
import { COUNTER_EVENTS, PROJECT } from './project.ts';

export interface CountedEvents {
  atMs: number;
  count: number;
  properties: Record<string, Json>;
}
export type Profile = Record<string, Json>;

export class ProjectData {
  readonly profiles = new Map<string, Profile>();
  readonly #counters = new Map<string, { event: string; account: string; product: string; history: CounterHistory }>();
  readonly #events = new Map<string, CountedEvents[]>();
  readonly #eventIds = new Set<string>();
  /** When each gauge was last measured: a late delivery of an old value does not overwrite a newer one. */
  readonly #measured = new Map<string, number>();

  applyAccount(row: WorldAccount): void {
    Object.assign(this.#profile(row.account), { $name: row.name, segment: row.segment, ...profileFacts(row) });
  }

  applyReading(row: WorldReading): void {
    const event = COUNTER_EVENTS[row.metric];
    const key = `${row.account}/${row.product}/${row.metric}`;
    if (event !== undefined) {
      const counter = this.#counters.get(key) ?? {
        event,
        account: row.account,
        product: row.product,
        history: new CounterHistory(),
      };
      this.#counters.set(key, counter);
      counter.history.add(row);
    }
    const measuredAt = Math.min(Date.parse(row.observedAt), Date.parse(row.receivedAt));
    if (measuredAt < (this.#measured.get(key) ?? 0)) return;
    this.#measured.set(key, measuredAt);
    const profile = this.#profile(row.account);
    if (event === undefined) profile[row.metric] = row.used;
    profile[`${row.metric}_limit`] = row.limit ?? 'unlimited';
  }

  applyEvent(row: WorldEvent): void {
    if (this.#eventIds.has(row.id)) return;
    this.#eventIds.add(row.id);
    const properties = {
      ...row.properties,
      [PROJECT.groupKey]: row.account,
      product: row.product,
      distinct_id: row.user,
    };
    this.addEvent(row.name, { atMs: Date.parse(row.occurredAt), count: 1, properties });
  }

  addEvent(name: string, event: CountedEvents): void {
    const events = this.#events.get(name) ?? [];
    events.push(event);
    this.#events.set(name, events);
  }

  /** The product sets the new plan's limits on the profile at once. */
  changePlan(account: string, limits: Record<string, number | null>): void {
    const profile = this.#profile(account);
    for (const [metric, limit] of Object.entries(limits)) profile[`${metric}_limit`] = limit ?? 'unlimited';
  }

  *eventsNamed(name: string): Iterable<CountedEvents> {
    yield* this.#events.get(name) ?? [];
    for (const { event, account, product, history } of this.#counters.values()) {
      if (event !== name) continue;
      const properties = { [PROJECT.groupKey]: account, product };
      for (const { atMs, count } of history.increments()) yield { atMs, count, properties };
    }
  }

  #profile(account: string): Profile {
    const profile = this.profiles.get(account) ?? {};
    this.profiles.set(account, profile);
    return profile;
  }
}

/** Limits of a plan by the price list. */
export function listedLimits(directory: Directory, product: string, plan: string): Record<string, number | null> {
  return directory.catalogue[product]?.[plan]?.limits ?? {};
}
