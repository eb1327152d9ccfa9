import type { LedgerEntry } from '../frame/types.ts';
import { field } from './entry-field.ts';
import type { Context, Episode, JudgeConfig, TruthRow } from './types.ts';

export interface Span {
  from: number;
  until: number;
}

/** What is true of an account, as the world's author and the people in it know it. */
export interface AccountFacts {
  account: string;
  zone: string;
  test: boolean;
  emails: string[];
  userIds: string[];
  severeTickets: (Span & { id: string })[];
  incidents: Span[];
  optOuts: (Span & { person: string })[];
  /** Contacts of the account manager, oldest first. */
  contacts: number[];
  /** Changes of the paid plan; those of the world's own story are in its labels already. */
  planChanges: { product: string; at: number; inLabels: boolean }[];
  trials: (Span & { id: string })[];
}

const FOREVER = Number.POSITIVE_INFINITY;
const span = (row: { from: string; until: string | null }): Span => ({
  from: Date.parse(row.from),
  until: row.until === null ? FOREVER : Date.parse(row.until),
});

export const isEpisode = (row: TruthRow): row is Episode => 'episode' in row;
const isContext = (row: TruthRow): row is Context => 'context' in row;

/** Acts of people by which an account manager has been in touch. */
const CONTACT_ACTS = new Set(['logged_call', 'logged_email', 'logged_meeting', 'on_it']);

export function readFacts(truth: TruthRow[], ledger: readonly LedgerEntry[]): Map<string, AccountFacts> {
  const contexts = truth.filter(isContext);
  const facts = new Map<string, AccountFacts>();
  for (const row of contexts) {
    if (row.context !== 'account') continue;
    facts.set(row.account, {
      account: row.account,
      zone: row.timezone,
      test: row.test,
      emails: row.people.map((person) => person.email.toLowerCase()),
      userIds: row.people.map((person) => person.id),
      severeTickets: [],
      incidents: [],
      optOuts: [],
      contacts: [],
      planChanges: [],
      trials: [],
    });
  }
  for (const row of contexts) {
    if (row.context === 'incident') {
      for (const one of facts.values())
        if (row.scope === 'all' || row.scope === one.account) one.incidents.push(span(row));
      continue;
    }
    const one = facts.get(row.account);
    if (!one || row.context === 'account') continue;
    if (row.context === 'severe_ticket') one.severeTickets.push({ id: row.id, ...span(row) });
    else if (row.context === 'optout') one.optOuts.push({ person: row.person, ...span(row) });
    else one.contacts.push(Date.parse(row.at));
  }
  for (const entry of ledger) addLedger(facts.get(entry.account ?? ''), entry);
  for (const one of facts.values()) one.contacts.sort((a, b) => a - b);
  return facts;
}

function addLedger(facts: AccountFacts | undefined, entry: LedgerEntry): void {
  if (!facts) return;
  const at = Date.parse(entry.at);
  if (entry.kind === 'act' && entry.act === 'plan_changed' && entry.product) {
    facts.planChanges.push({ product: entry.product, at, inLabels: field(entry, 'cause') === 'world' });
  } else if (entry.kind === 'act' && entry.act !== undefined && CONTACT_ACTS.has(entry.act)) {
    facts.contacts.push(at);
  } else if (entry.kind === 'act' && entry.act === 'opted_out') {
    facts.optOuts.push({ person: entry.to ?? facts.emails[0] ?? '', from: at, until: FOREVER });
  } else if (entry.kind === 'subscription_created' && entry.key) {
    // Only what the hub has made carries its key, and it makes trials alone.
    facts.trials.push({ id: entry.id, from: at, until: FOREVER });
  } else if (entry.kind === 'subscription_ended') {
    const open = facts.trials.find((trial) => trial.id === entry.id);
    if (open) open.until = at;
  }
}

/** The part of a fact that the hub knew long enough to respect it. */
export interface ToldFact {
  rule: string;
  id: string;
  account: string;
  /** Address of the person it is about; null when it is about the account. */
  person: string | null;
  span: Span;
}

/** From the moments when the hub read a fact, or was sent it, until it was over. */
export function readToldFacts(
  facts: Map<string, AccountFacts>,
  ledger: readonly LedgerEntry[],
  config: JudgeConfig,
): ToldFact[] {
  const told: ToldFact[] = [];
  const open = new Map<string, ToldFact>();
  for (const entry of ledger) {
    if (entry.kind !== 'fact_told' || !entry.fact) continue;
    const at = Date.parse(entry.at);
    const { rule, id, state } = entry.fact;
    const key = `${entry.vendor}/${entry.account}/${rule}/${id}`;
    if (state === 'closed') {
      const started = open.get(key);
      if (started) started.span.until = Math.min(started.span.until, at);
      open.delete(key);
      continue;
    }
    const about = entry.account === null ? [...facts.keys()] : [entry.account];
    for (const account of about) {
      const until = endOf(facts.get(account), rule, id, at, config);
      const one = { rule, id, account, person: entry.to?.toLowerCase() ?? null, span: { from: at, until } };
      told.push(one);
      open.set(key, one);
    }
  }
  return told;
}

const named = <T extends { id: string }>(list: T[], id: string) => list.find((one) => one.id === id);

/** When a fact stops to bind: the hub may know of its end before a read told it so. */
function endOf(facts: AccountFacts | undefined, rule: string, id: string, at: number, config: JudgeConfig): number {
  if (!facts) return FOREVER;
  switch (rule) {
    case 'severe_ticket':
      return (
        (named(facts.severeTickets, id) ?? facts.severeTickets.findLast((one) => one.from <= at))?.until ?? FOREVER
      );
    case 'incident':
      return Math.max(at, ...facts.incidents.filter((one) => one.from <= at).map((one) => one.until));
    case 'opted_out':
      return facts.optOuts.findLast((one) => one.from <= at)?.until ?? FOREVER;
    case 'am_contact':
      return (facts.contacts.findLast((contact) => contact <= at) ?? at) + config.amHoldMs;
    default:
      return FOREVER;
  }
}
