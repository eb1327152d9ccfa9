import type { z } from 'zod';
import type { decision, effect, triggerEvent } from '../../server/http/api/schemas.ts';
import { explainReason } from '../../server/http/words.ts';
import type { WhyEntry } from '../answers.ts';
import { count, percent, time } from './values.ts';

type Event = z.infer<typeof triggerEvent>;
type Decision = z.infer<typeof decision>;
type Effect = z.infer<typeof effect>;

/** A moment of an account's story: what happened, and in the lines below it why, and with which numbers. */
export interface Moment {
  /** What it was, for colours. */
  mood: 'came_true' | 'done' | 'waits' | 'not_done';
  what: string;
  details: string[];
}

export function momentOf(entry: WhyEntry): Moment {
  switch (entry.kind) {
    case 'event':
      return ofEvent(entry.event);
    case 'decision':
      return ofDecision(entry.decision);
    case 'effect':
      return ofEffect(entry.effect, entry.engagedAt);
    default:
      throw new Error(`unknown entry ${JSON.stringify(entry satisfies never)}`);
  }
}

/** Statuses that need a word; the others are the usual way of things. */
const STATUSES: Record<string, string> = {
  folded: 'Another play of the account covers it.',
  superseded: 'A higher play took over.',
  withdrawn: 'The usage behind it was taken back.',
  corrected: 'The usage behind it was corrected later.',
  at_start: 'It was so already at the first look: recorded, not acted upon.',
  held: 'Unusually many came true at once: it waits for a person (headroom held list).',
  expired: 'It was too old to act upon.',
};

function ofEvent(event: Event): Moment {
  const { evidence, forecast, trigger, mode, play, product, metric, used, limit, utilization, status, reason } = event;
  const measured =
    metric === null
      ? product
      : `${product} ${metric}: ${count(used)} of ${limit === null ? 'any number' : count(limit)}`;
  const share = utilization === null ? '' : ` (${percent(utilization)})`;
  const details = [evidence.sentence, `${measured}${share}, play ${play}${mode === 'shadow' ? ', shadow' : ''}`];
  if (forecast)
    details.push(
      `The limit is about ${count(forecast.days)} days away (${count(forecast.lowDays)}–${count(forecast.highDays)}).`,
    );
  const note = reason === null ? STATUSES[status] : explainReason(reason);
  if (note !== undefined) details.push(note);
  return { mood: 'came_true', what: `${trigger} came true`, details };
}

const DECIDED: Record<Decision['kind'], { mood: Moment['mood']; verb: string }> = {
  near_miss: { mood: 'not_done', verb: 'did not come true' },
  send: { mood: 'done', verb: 'may go out' },
  shadow: { mood: 'not_done', verb: 'would have gone out (shadow)' },
  wait: { mood: 'waits', verb: 'waits' },
  suppress: { mood: 'not_done', verb: 'does not go out' },
  withdraw: { mood: 'not_done', verb: 'was taken back before it went out' },
  refuse: { mood: 'not_done', verb: 'was refused' },
};

function ofDecision({
  kind,
  trigger,
  metric,
  operation,
  person,
  sentence,
  detail,
  until,
  at,
  lastAt,
}: Decision): Moment {
  const { mood, verb } = DECIDED[kind];
  const subject =
    kind === 'near_miss'
      ? [trigger ?? 'a trigger', metric && `(${metric})`]
      : [nounOf(operation, null), person && `to ${person}`];
  const repeated = time(at) === time(lastAt) ? null : `The same answer until ${time(lastAt)}.`;
  return {
    mood,
    what: [...subject, verb, until && `until ${time(until)}`].filter(Boolean).join(' '),
    details: [sentence, detail === sentence ? null : detail, repeated].filter((line) => line !== null),
  };
}

const PHASES: Record<Exclude<Effect['phase'], 'confirmed'>, { mood: Moment['mood']; verb: string }> = {
  claimed: { mood: 'waits', verb: 'is about to happen' },
  sending: { mood: 'waits', verb: 'is on its way' },
  refused: { mood: 'not_done', verb: 'was refused by the vendor' },
  withdrawn: { mood: 'not_done', verb: 'was taken back before it happened' },
  unclear: { mood: 'waits', verb: 'may have happened: look there and settle it' },
};

function ofEffect(effect: Effect, engagedAt: string | null): Moment {
  const confirmed = { mood: 'done' as const, verb: OPERATIONS[effect.operation]?.done ?? 'is done' };
  const { mood, verb } = effect.phase === 'confirmed' ? confirmed : PHASES[effect.phase];
  const to = effect.person === null ? '' : ` to ${effect.person}`;
  const from = [effect.play && `play ${effect.play}`, effect.step && `step ${effect.step}`].filter(Boolean).join(', ');
  const details = [
    from === '' ? null : from,
    effect.reason === null ? null : explainReason(effect.reason),
    engagedAt === null ? null : `Answered at ${time(engagedAt)}.`,
  ];
  if (effect.phase === 'unclear') details.push(`headroom effects show ${effect.key}`);
  return {
    mood,
    what: `${nounOf(effect.operation, effect.channel)}${to} ${verb} (${effect.connection})`,
    details: details.filter((line) => line !== null),
  };
}

/** By the name in the ledger. */
const OPERATIONS: Record<string, { noun: string; done: string }> = {
  'message.send': { noun: 'message', done: 'went out' },
  'chat.postAlert': { noun: 'alert', done: 'was posted' },
  'chat.updateAlert': { noun: 'alert update', done: 'was made' },
  'crm.createTask': { noun: 'CRM task', done: 'was created' },
  'crm.completeTask': { noun: 'CRM task completion', done: 'was made' },
  'crm.tagAccount': { noun: 'CRM tag', done: 'was set' },
  'billing.startTrial': { noun: 'trial start', done: 'is in billing' },
  'billing.endTrial': { noun: 'trial end', done: 'is in billing' },
  'billing.changePlan': { noun: 'plan change', done: 'is in billing' },
  // As decided at the door, before billing is asked.
  startTrial: { noun: 'trial', done: 'was granted' },
  'usage.writeBack': { noun: 'note to analytics', done: 'was written' },
};
const CHANNELS: Record<string, string> = { email: 'e-mail', in_app: 'in-app prompt' };

export function nounOf(operation: string | null, channel: string | null): string {
  if (operation === null) return 'the journey';
  return (channel === null ? undefined : CHANNELS[channel]) ?? OPERATIONS[operation]?.noun ?? operation;
}

/** Without what is told twice: a yes is not worth a moment of its own beside what came of it. */
export function withoutEchoes(entries: WhyEntry[]): WhyEntry[] {
  const happened = new Set(entries.flatMap((entry) => (entry.kind === 'effect' ? [entry.effect.key] : [])));
  return entries.filter(
    (entry) =>
      !(entry.kind === 'decision' && entry.decision.kind === 'send' && happened.has(entry.decision.effectKey ?? '')),
  );
}
