import type { Credit, Iso } from '../model.ts';
import { formatDuration } from '../text.ts';
import { msBetween } from '../time.ts';
import type { CreditInput, CreditUpgrade } from './types.ts';

/** A contact that may have led to the upgrade, of the product and within the window. */
interface Contact {
  triggerEventId: string;
  /** The message; null for a person's contact. One that was answered is there twice: as it came, and as it was answered. */
  effectKey: string | null;
  at: Iso;
  what: string;
  accountManager: string | null;
  engaged: boolean;
}

/**
 * Which trigger event earned the upgrade. `last_engaged`: the newest touch that was engaged with, or the newest contact
 * of the account manager after an alert (a trial that they started is one); where nobody engaged, the newest touch.
 * `first`: the earliest touch or alert that was followed up. Without any contact before it the upgrade came by itself.
 */
export const creditUpgrade: CreditUpgrade = (input) => {
  const { upgrade, config } = input;
  const contacts = contactsBefore(input);
  const chosen = config.model === 'first' ? first(contacts) : lastEngaged(contacts);
  const event = input.events.find((one) => one.id === chosen?.triggerEventId);
  if (chosen === undefined || event === undefined) {
    const { id, account, product, acvCents } = upgrade;
    const reason = `no touch and no contact of the account manager in the ${formatDuration(config.window)} before it`;
    return { kind: 'unattributed', row: { upgradeId: id, account, product, acvCents, reason } };
  }
  const credit: Credit = {
    upgradeId: upgrade.id,
    triggerEventId: event.id,
    account: upgrade.account,
    product: upgrade.product,
    trigger: event.trigger,
    acvCents: upgrade.acvCents,
    touches: messagesOf(contacts, event.id),
    accountManager:
      contacts.findLast((one) => one.triggerEventId === event.id && one.accountManager !== null)?.accountManager ??
      null,
    reason: `${config.model === 'first' ? 'first' : 'last'} contact before the upgrade: ${chosen.what} on ${chosen.at.slice(0, 10)}, ${formatDuration(msBetween(chosen.at, upgrade.at))} before it`,
    at: upgrade.at,
  };
  return { kind: 'credited', credits: [credit], rest: null };
};

/** Oldest first. */
function contactsBefore({ upgrade, touches, alerts, outreach, trials, events, config }: CreditInput): Contact[] {
  const counts = (at: Iso) => at <= upgrade.at && msBetween(at, upgrade.at) <= config.window;
  const ours = new Set(events.filter((event) => event.product === upgrade.product).map((event) => event.id));
  const contacts: Contact[] = [];
  for (const touch of touches) {
    if (!ours.has(touch.triggerEventId)) continue;
    const { triggerEventId, effectKey } = touch;
    const base = { triggerEventId, effectKey, accountManager: null };
    if (counts(touch.deliveredAt)) contacts.push({ ...base, at: touch.deliveredAt, what: 'a message', engaged: false });
    const engagedAt = touch.engagedAt.filter(counts).toSorted().at(-1);
    if (engagedAt !== undefined) contacts.push({ ...base, at: engagedAt, what: 'an engaged message', engaged: true });
  }
  for (const { triggerEventId, at, by } of trials) {
    if (!ours.has(triggerEventId) || !counts(at)) continue;
    contacts.push({
      triggerEventId,
      at,
      what: `the trial that ${by} started`,
      effectKey: null,
      accountManager: by,
      engaged: true,
    });
  }
  for (const contact of outreach.filter((one) => one.account === upgrade.account && counts(one.at))) {
    // The alert that the contact followed up: the newest one before it.
    const alert = alerts
      .filter((one) => ours.has(one.triggerEventId) && one.at <= contact.at)
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .at(-1);
    if (alert === undefined) continue;
    contacts.push({
      triggerEventId: alert.triggerEventId,
      effectKey: null,
      at: contact.at,
      what: `the account manager's ${contact.channel === 'claimed' ? 'follow-up' : contact.channel}`,
      accountManager: contact.by ?? alert.accountManager ?? 'account manager',
      engaged: true,
    });
  }
  return contacts.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function messagesOf(contacts: Contact[], triggerEventId: string): number {
  const keys = contacts.filter((one) => one.triggerEventId === triggerEventId).map((one) => one.effectKey);
  return new Set(keys.filter((key) => key !== null)).size;
}

function lastEngaged(contacts: Contact[]): Contact | undefined {
  return contacts.findLast((contact) => contact.engaged) ?? contacts.at(-1);
}

function first(contacts: Contact[]): Contact | undefined {
  return contacts[0];
}
