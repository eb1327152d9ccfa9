import type { SandboxEvents } from '../frame/types.ts';
import { followThrough } from './browser.ts';
import { DAY, HOUR, later, MINUTE, type PeopleContext, reading } from './context.ts';

type Mail = SandboxEvents['mail.delivered'];

/** Admins with a mailbox, and the scanner in front of some of them. */
export function readMail(context: PeopleContext): void {
  const converting = new Set<string>();
  context.on('mail.delivered', (mail) => {
    const account = context.directory.accountOfEmail(mail.to);
    if (account === null) return;
    const who = context.persona(account);
    if (who.scanner) scan(context, account, mail);
    if (/\btrial\b/i.test(mail.subject)) {
      if (who.trial === 'convert' && !converting.has(account) && callToAction(mail) !== null) {
        converting.add(account);
        convert(context, account, mail);
      }
      return;
    }
    // Service mail (an onboarding guide, a receipt) asks for nothing.
    if (unsubscribeLink(mail) === null) return;
    const delay = context.delayMs(account, 'mail', 20 * MINUTE, 12 * HOUR);
    later(context, delay, `${mail.to} with "${mail.subject}"`, async () => {
      switch (who.mail) {
        case 'ignore':
          return;
        case 'click':
        case 'upgrade':
          return press(context, account, mail, who.mail === 'upgrade');
        case 'reply':
          await context.act('smtp.reply', {
            messageId: mail.messageId,
            from: mail.to,
            text: 'Thanks, can we talk about this?',
          });
          return;
        case 'unsubscribe':
          await context.act('smtp.one_click_unsubscribe', { messageId: mail.messageId });
          return;
        default:
          who.mail satisfies never;
      }
    });
  });
}

/** Security software opens links within two seconds, as a robot, and presses nothing. */
function scan(context: PeopleContext, account: string, mail: Mail): void {
  const delay = context.delayMs(account, 'scan', 200, 2_000);
  later(context, delay, `mail scanner of ${mail.to}`, async () => {
    for (const link of mail.links) await context.scannerBrowser.open(link);
    note(context, account, mail, 'scanned', 'had its links scanned');
  });
}

async function press(context: PeopleContext, account: string, mail: Mail, confirm: boolean): Promise<void> {
  const link = callToAction(mail);
  if (link === null) return;
  note(context, account, mail, 'clicked', 'followed the link');
  const page = await followThrough(context.browser, link, reading(context, account), confirm);
  if (page.status >= 400) throw new Error(`${new URL(page.url).pathname} answered ${page.status}`);
}

/** A trial user who wants to keep it: soon after a reminder, some days after the first mail. */
function convert(context: PeopleContext, account: string, mail: Mail): void {
  const urgent = /remind|end(s|ing)|left|last|expire/i.test(mail.subject);
  const [from, to] = urgent ? [2 * HOUR, 20 * HOUR] : [6 * DAY, 9 * DAY];
  const delay = context.delayMs(account, 'convert', from, to);
  later(context, delay, `${mail.to} after the trial`, () => press(context, account, mail, true));
}

function note(context: PeopleContext, account: string, mail: Mail, act: string, did: string): void {
  context.note({
    act,
    account,
    to: mail.to,
    id: mail.messageId,
    key: mail.messageId,
    summary: `${mail.to} ${did}: ${mail.subject}`,
  });
}

function unsubscribeLink(mail: Mail): string | null {
  const value = Object.entries(mail.headers).find(([key]) => key.toLowerCase() === 'list-unsubscribe')?.[1];
  return value ? (/<(https?:[^>]+)>/.exec(value)?.[1] ?? null) : null;
}

/** The button of the mail: a tracked link. Others lead to a web site, an imprint, or out. */
function callToAction(mail: Mail): string | null {
  return mail.links.find((link) => URL.canParse(link) && new URL(link).pathname.startsWith('/t/')) ?? null;
}
