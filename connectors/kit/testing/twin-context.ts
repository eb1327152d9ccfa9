/** A small stand-in for the sandbox frame: a twin's own tests need a clock, a ledger and a directory, nothing more. */
import { businessNow, wireDelay } from '../../../domain/clock.ts';
import type { Iso } from '../../../domain/model.ts';
import type {
  Delivery,
  Directory,
  LedgerEntry,
  SandboxEventName,
  SandboxEvents,
  TwinContext,
  WorldAccount,
  WorldRow,
} from '../../../sandbox/frame/types.ts';

/** Where deliveries go: the address that signatures over it are made with. */
export const FAKE_HUB = 'https://hub.example';

export interface FakeTwinContext extends TwinContext {
  /** Moves the business clock forward and runs what was due, in order. */
  advanceTo: (at: Iso) => Promise<void>;
  ledger: Omit<LedgerEntry, 'at' | 'wireAt' | 'vendor'>[];
  emitted: { name: SandboxEventName; event: unknown }[];
  /** Requests the twin sent to the hub, as their first attempt looked; `answer` decides what the hub says. */
  deliveries: Delivery[];
}

export interface FakeTwinOptions {
  now: Iso;
  scale?: number;
  rows?: WorldRow[];
  secrets?: Record<string, string>;
  catalogue?: Directory['catalogue'];
  answer?: (request: Delivery) => { status: number; body: string } | null;
}

/** The business clock stands still until `advanceTo`. */
export function fakeTwinContext(options: FakeTwinOptions): FakeTwinContext {
  const scale = options.scale ?? 1;
  let clock = { startedAt: options.now, epoch: options.now, scale };
  const now = () => businessNow(clock, Date.parse(clock.startedAt));
  const due: { when: Iso; run: () => void | Promise<void> }[] = [];
  const listeners = new Map<SandboxEventName, ((event: never) => void)[]>();
  const context: FakeTwinContext = {
    now,
    nowMs: () => Date.parse(now()),
    wireDelayUntil: (at) => wireDelay(clock, now(), at),
    at: (when, run) => {
      due.push({ when, run });
    },
    advanceTo: async (at) => {
      const nextDue = () => due.sort((a, b) => Date.parse(a.when) - Date.parse(b.when))[0];
      for (let next = nextDue(); next && Date.parse(next.when) <= Date.parse(at); next = nextDue()) {
        due.shift();
        if (Date.parse(next.when) > Date.parse(now())) clock = { ...clock, epoch: next.when };
        await next.run();
      }
      clock = { ...clock, epoch: at };
    },
    ledger: [],
    emitted: [],
    deliveries: [],
    record: (entry) => {
      context.ledger.push(entry);
    },
    emit: (name, event) => {
      context.emitted.push({ name, event });
      // Kept under its own name, so the event is of the listener's type.
      for (const listen of listeners.get(name) ?? []) (listen as (event: SandboxEvents[typeof name]) => void)(event);
    },
    on: (name, listen) => {
      listeners.set(name, [...(listeners.get(name) ?? []), listen]);
    },
    deliver: async (asked) => {
      const { perAttempt, ...rest } = asked;
      const own = perAttempt?.({ number: 0, url: `${FAKE_HUB}${asked.path}` });
      const request = { ...rest, body: own?.body ?? rest.body, headers: { ...rest.headers, ...own?.headers } };
      context.deliveries.push(request);
      return options.answer ? options.answer(request) : { status: 200, body: '' };
    },
    directory: directoryOf(options.rows ?? [], options.catalogue ?? CATALOGUE),
    secrets: options.secrets ?? {},
    rateLimits: true,
    log: () => {},
  };
  return context;
}

function directoryOf(rows: WorldRow[], catalogue: Directory['catalogue']): Directory {
  const accounts = new Map<string, WorldAccount>();
  const plans = new Map<string, string | null>();
  for (const row of rows) {
    if (row.type === 'account') accounts.set(row.account, row);
    if (row.type === 'subscription') plans.set(`${row.account}/${row.product}`, row.plan);
  }
  return {
    accounts,
    catalogue,
    accountOfEmail: (email) => [...accounts.values()].find((account) => account.admin.email === email)?.account ?? null,
    planOf: (account, product) => plans.get(`${account}/${product}`) ?? null,
  };
}

/** Two tiers of each product: enough for a change of plan. */
const CATALOGUE: Directory['catalogue'] = {
  core: {
    starter: { mrrCents: 29_900, limits: { seats: 10, storage_gb: 50, integrations: 5 }, priceKey: 'core_starter' },
    team: { mrrCents: 99_900, limits: { seats: 25, storage_gb: 250, integrations: 10 }, priceKey: 'core_team' },
  },
  marketing: {
    starter: { mrrCents: 9_900, limits: { contacts: 5_000 }, priceKey: 'marketing_starter' },
    team: { mrrCents: 39_900, limits: { contacts: 25_000 }, priceKey: 'marketing_team' },
  },
  api: {
    starter: { mrrCents: 4_900, limits: { api_calls: 100_000 }, priceKey: 'api_starter' },
    team: { mrrCents: 19_900, limits: { api_calls: 500_000 }, priceKey: 'api_team' },
  },
};
