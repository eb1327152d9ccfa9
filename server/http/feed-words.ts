import type { FeedEntry } from '../../store/index.ts';
import { explainReason } from './words.ts';

export interface FeedWords {
  what: string;
  why: string | null;
  /** Where it went; null when nothing left the building. */
  sent: string | null;
}

/** Effects by the operation's name in the ledger. */
const DONE: Record<string, string> = {
  'message.send': 'message sent',
  'chat.postAlert': 'alert posted',
  'chat.updateAlert': 'alert updated',
  'crm.createTask': 'task created',
  'crm.completeTask': 'task completed',
  'crm.tagAccount': 'account tagged for its next review',
  'billing.startTrial': 'trial begun',
  'billing.endTrial': 'trial ended',
  'billing.changePlan': 'plan changed',
  'usage.writeBack': 'outcome written back',
};

const CHANNELS = { email: 'e-mail', in_app: 'in-app prompt' };

type Decision = Extract<FeedEntry, { source: 'decision' }>;
const DECIDED: Record<Decision['name'], string> = {
  send: 'goes out',
  shadow: 'would go out (shadow)',
  wait: 'waits',
  suppress: 'does not go out',
  withdraw: 'taken back before it went out',
  refuse: 'refused',
};

const TRIALS: Record<Extract<FeedEntry, { source: 'trial' }>['name'], string> = {
  offered: 'trial offered',
  granting: 'trial granted',
  active: 'trial running',
  converted: 'trial converted',
  reverted: 'trial over, back on the old plan',
  refused: 'trial refused by billing',
  expired: 'trial offer expired',
};

/** An entry of the feed as a person reads it. @param vendorOf what people call the vendor behind a connection */
export function feedWords(entry: FeedEntry, vendorOf: (connection: string) => string): FeedWords {
  switch (entry.source) {
    case 'trigger_event':
      return { what: `${entry.trigger} came true${statusNote(entry.reason)}`, why: entry.detail, sent: null };
    case 'decision':
      return { what: `${subject(entry)} ${DECIDED[entry.name]}${untilNote(entry)}`, why: whyOf(entry), sent: null };
    case 'effect':
      return { what: doneOf(entry), why: null, sent: whereOf(entry, vendorOf) };
    case 'trial':
      return {
        what: `${TRIALS[entry.name]}: ${entry.plan}${entry.name === 'granting' ? `, asked by ${entry.detail}` : ''}`,
        why: entry.reason === null ? null : explainReason(entry.reason),
        sent: null,
      };
    case 'upgrade':
      return { what: upgraded(entry), why: entry.reason === null ? null : explainReason(entry.reason), sent: null };
    default:
      throw new Error(`unknown entry ${entry satisfies never}`);
  }
}

function statusNote(status: string | null): string {
  if (status === 'at_start') return ' (already so at the first look: recorded, not acted upon)';
  if (status === 'held') return ' (held: unusually many at once)';
  if (status === 'expired') return ' (too long ago to act upon)';
  return '';
}

function subject({ operation, channel }: Decision): string {
  if (operation === null) return 'the journey';
  if (operation === 'message.send') return channel === null ? 'the message' : `the ${CHANNELS[channel]}`;
  if (operation === 'startTrial') return 'the trial';
  const [capability = operation, act = ''] = operation.split('.');
  return `${capability} ${act.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`.trim();
}

function untilNote({ name, until }: Decision): string {
  return name === 'wait' && until !== null ? ` until ${until.slice(0, 16).replace('T', ' ')} UTC` : '';
}

function whyOf({ reason, detail }: Decision): string | null {
  const sentence = reason === null || reason === '' ? null : explainReason(reason);
  if (detail === null || detail === '' || detail === sentence) return sentence;
  return sentence === null ? detail : `${sentence} ${detail}`;
}

type Effect = Extract<FeedEntry, { source: 'effect' }>;

function doneOf({ operation, channel }: Effect): string {
  if (operation === 'message.send' && channel !== null) return `${CHANNELS[channel]} sent`;
  return DONE[operation ?? ''] ?? `${operation} done`;
}

/** A message to a customer says whom it reached; everything else in which vendor it stands. */
function whereOf({ operation, connection, person }: Effect, vendorOf: (connection: string) => string): string | null {
  const to = person === null ? null : `to ${person}`;
  if (operation === 'message.send' || connection === null) return to;
  return [`in ${vendorOf(connection)}`, to].filter((part) => part !== null).join(' ');
}

function upgraded({ name, plan, acvCents }: Extract<FeedEntry, { source: 'upgrade' }>): string {
  const value = `${((acvCents ?? 0) / 100).toLocaleString('en-US', { maximumFractionDigits: 0 })} a year`;
  if (name === 'taken_back') return `upgrade taken back (${value})`;
  if (name === 'reinstated') return `upgrade counted again, its invoice was paid (${value})`;
  if (name === 'contraction') return `contracted by ${value.replace('-', '')}`;
  return `upgraded${plan === null ? '' : ` to ${plan}`} (+${value})`;
}
