import { createHash } from 'node:crypto';
import type { InputOf, OperationName } from '../../activities/effects/operations.ts';
import { markerOf } from '../../activities/journey/alert.ts';
import type { AlertInput, MessageInput } from '../../connectors/kit/capabilities.ts';
import { type Item, type Kind, keyOf } from './kinds.ts';

const DAY_MS = 86_400_000;

type Run<R> = <N extends OperationName>(operation: N, input: InputOf<N>) => R;

/** Calls `run` with the operation of an item and what is asked of it, in the words that activities use. */
export function requestOf<R>(item: Item, now: string, run: Run<R>): R {
  const { subject, target, earlier } = item;
  const later = (days: number) => new Date(Date.parse(now) + days * DAY_MS);
  const from = (name: string) => {
    const value = earlier?.[name];
    if (value === undefined) throw new Error(`${item.kind} of ${subject} needs the ${name} of the effect before it`);
    return value;
  };
  switch (item.kind) {
    case 'mail':
    case 'prompt':
      return run('message.send', message(item));
    case 'alert':
      return run('chat.postAlert', alert(item, null));
    case 'alert_update':
      return run('chat.updateAlert', { ...alert(item, 'Taken care of'), channel: from('channel'), ts: from('ts') });
    case 'task':
      return run('crm.createTask', {
        companyId: target.companyId,
        contactId: null,
        ownerId: null,
        subject: `Call about ${subject}`,
        body: `${subject} is at 95 % of its seats.`,
        dueAt: later(2).toISOString(),
        priority: 'HIGH',
        marker: markerOf(keyOf(item)),
      });
    case 'task_done':
      return run('crm.completeTask', { taskId: from('taskId'), note: `${subject} was taken care of.` });
    case 'tag':
      return run('crm.tagAccount', { companyId: target.companyId, fields: { headroom_qbr_tag: subject } });
    case 'trial':
      return run('billing.startTrial', {
        offerId: `of_${subject}`,
        account: target.account,
        customerId: target.customerId,
        originalSubscriptionId: target.subscriptionId,
        priceId: target.priceId,
        quantity: 1,
        product: 'core',
        plan: 'team',
        trialEnd: Math.floor(later(14).getTime() / 1_000),
        journeyId: null,
      });
    case 'trial_end':
      return run('billing.endTrial', { subscriptionId: from('subscriptionId') });
    case 'plan_change':
      return run('billing.changePlan', {
        subscriptionId: target.subscriptionId,
        itemId: target.itemId,
        priceId: target.priceId,
        // A number of its own, so that the state which an answer lost on the way left behind can be told from others'.
        quantity: numberOf(subject),
        prorationDate: target.prorationDate,
      });
    case 'write_back':
      return run('usage.writeBack', [
        {
          name: 'Headroom Trigger',
          account: target.account,
          at: now,
          properties: { product: 'core', trigger: subject },
        },
      ]);
    default:
      throw new Error(`unknown kind ${item.kind satisfies never}`);
  }
}

function numberOf(subject: string): number {
  return 2 + (createHash('sha256').update(subject).digest().readUInt32BE(0) % 1_000_000);
}

const CHANNELS: Partial<Record<Kind, 'email' | 'in_app'>> = { mail: 'email', prompt: 'in_app' };
export const channelOf = (kind: Kind) => CHANNELS[kind] ?? null;

function message(item: Item): MessageInput {
  const { subject, target } = item;
  return {
    effectKey: keyOf(item),
    account: target.account,
    to: { email: target.email, name: null, userId: target.userId },
    from: 'Tidewater Analytics <success@tidewater.example>',
    subject: `Your usage: ${subject}`,
    html: `<p>${subject} is at 80 % of its seats.</p>`,
    text: `${subject} is at 80 % of its seats.`,
    link: null,
    unsubscribeUrl: null,
    category: 'service',
    expiresAt: null,
  };
}

function alert(item: Item, status: string | null): AlertInput {
  const { subject, target } = item;
  return {
    to: target.owner,
    title: `${subject} is close to its limit`,
    meters: [{ name: 'seats', used: 95, limit: 100, utilization: 0.95, unit: 'seats' }],
    forecast: '9 days left',
    facts: [{ label: 'Account', value: target.account }],
    why: `${subject} reached 95 % of its seats`,
    recommendation: 'Offer a trial of Team',
    buttons: [],
    status,
    version: status === null ? 1 : 2,
    marker: markerOf(keyOf({ subject, kind: 'alert' })),
  };
}
