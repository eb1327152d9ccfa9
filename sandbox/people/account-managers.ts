import type { Json } from '../../domain/model.ts';
import { followThrough } from './browser.ts';
import { HOUR, later, MINUTE, type PeopleContext, reading } from './context.ts';
import { findLinks } from './html.ts';

interface Button {
  actionId: string;
  value: string;
  label: string;
}

/** Account managers live in chat and the CRM: they press what is there, once. */
export function workAccounts(context: PeopleContext): void {
  const done = new Set<string>();
  const once = (key: string) => !done.has(key) && done.add(key);

  context.on('chat.message', ({ channel, ts, blocks, updated }) => {
    const account = updated ? null : context.accountOfMessage(channel, ts);
    if (account === null) return;
    const email = context.directory.accounts.get(account)?.owner.email;
    const { am } = context.persona(account);
    if (email === undefined || (am !== 'trial_in_slack' && am !== 'on_it')) return;
    const wanted = am === 'on_it' ? /on it/i : /trial/i;
    const button = findButtons(blocks).find(({ label }) => wanted.test(label));
    if (!button || !once(`${am} ${account} ${am === 'on_it' ? ts : ''}`)) return;
    const delay = context.delayMs(account, 'chat', 20 * MINUTE, 8 * HOUR);
    later(context, delay, `${email} in chat`, async () => {
      await context.act('slack.click', { channel, ts, actionId: button.actionId, value: button.value, email });
      const act = am === 'on_it' ? 'on_it' : 'trial_pressed';
      context.note({ act, account, to: email, id: `${channel}/${ts}`, summary: `${email} pressed "${button.label}"` });
      if (am === 'on_it') call(context, account, email);
    });
  });

  context.on('crm.task', ({ id, account, body, status }) => {
    if (account === null || /complete/i.test(status) || context.persona(account).am !== 'trial_in_crm') return;
    const link = trialLink(body);
    if (link === undefined || !once(`trial ${account}`)) return;
    const email = context.directory.accounts.get(account)?.owner.email ?? 'the account manager';
    const delay = context.delayMs(account, 'task', 30 * MINUTE, 10 * HOUR);
    later(context, delay, `${email} in the CRM`, async () => {
      const page = await followThrough(context.browser, link, reading(context, account), true);
      if (page.status >= 400) throw new Error(`the task's link answered ${page.status}`);
      context.note({
        act: 'trial_pressed',
        account,
        to: email,
        id,
        summary: `${email} started a trial from the CRM task`,
      });
    });
  });
}

/** The link of the line that speaks of a trial; a task may carry others. */
function trialLink(body: string): string | undefined {
  const lines = body.split(/\n|<br\b[^>]*>|<\/(?:p|li|div|tr|h\d)>/i);
  return lines
    .filter((line) => /\btrial\b/i.test(line))
    .flatMap(findLinks)
    .find((link) => URL.canParse(link) && new URL(link).pathname.startsWith('/a/'));
}

/** After "I'm on it" comes the call, and its entry in the CRM. */
function call(context: PeopleContext, account: string, email: string): void {
  const delay = context.delayMs(account, 'call', 2 * HOUR, 30 * HOUR);
  later(context, delay, `${email} on the phone`, async () => {
    const ownerId = context.directory.accounts.get(account)?.owner.id ?? null;
    const crm = context.crm();
    await context.act(`${crm}.log_call`, { account, ownerId, body: 'Talked about their usage and the next plan.' });
  });
}

function findButtons(value: Json): Button[] {
  if (Array.isArray(value)) return value.flatMap(findButtons);
  if (value === null || typeof value !== 'object') return [];
  if (value.type !== 'button') return Object.values(value).flatMap(findButtons);
  const text = value.text;
  const label = text !== null && typeof text === 'object' && !Array.isArray(text) ? text.text : '';
  return [{ actionId: String(value.action_id ?? ''), value: String(value.value ?? ''), label: String(label ?? '') }];
}
