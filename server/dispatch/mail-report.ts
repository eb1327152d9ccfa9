import { z } from 'zod';
import { applyBrakes } from '../../activities/upkeep/brake.ts';
import type { MailReport } from '../../connectors/kit/capabilities.ts';
import { addMs } from '../../domain/clock.ts';
import { normaliseEmail } from '../../domain/identity/email.ts';
import type { Iso } from '../../domain/model.ts';
import {
  findMail,
  inTransaction,
  lock,
  markBounced,
  newestMailTo,
  recordAudit,
  recordConsents,
  recordEngagement,
  type SentMail,
  type Tx,
} from '../../store/index.ts';
import type { HandleEvent } from './handlers.ts';

/** A report that names only the address is about the newest mail to it, if there was one lately. */
const LATELY_MS = 30 * 86_400_000;

const mailReport: z.ZodType<MailReport> = z.object({
  kind: z.enum(['bounced', 'complained', 'replied']),
  counts: z.boolean(),
  messageIds: z.array(z.string()),
  address: z.string().nullable(),
  reason: z.string().nullable(),
});

/**
 * What became of a mail after the relay took it. A bounce for good marks the person and gives the slot back; a complaint
 * is an opt-out of marketing, for every account of the person; an answer is engagement. Reports on what was never ours
 * change nothing: relays carry other mail, too.
 */
export const takeMailReport: HandleEvent = async ({ deps }, { name }, row) => {
  const report = mailReport.parse(row.body);
  const now = deps.now();
  // What a vendor dates ahead of us happened now.
  const at = row.occurredAt !== null && row.occurredAt < row.receivedAt ? row.occurredAt : row.receivedAt;
  const isBad = await inTransaction(deps.store, async (tx) => {
    const mail = await mailOf(tx, name, report, row.receivedAt);
    const person = mail?.person ?? (report.address === null ? null : normaliseEmail(report.address));
    if (person === null) {
      deps.log.info({ source: name, event: row.eventId, kind: report.kind }, 'a report on no mail of ours');
      return false;
    }
    // A message that is being claimed for this person is judged before or after, never in between.
    await lock(tx, { persons: [person] });
    if (report.kind === 'bounced' && report.counts) await markBounced(tx, [person], at);
    if (report.kind === 'complained') await optOut(tx, { person, account: mail?.account ?? null, at, now });
    if (mail === null) return false;
    const { kind, counts, reason } = report;
    await recordEngagement(tx, { effectKey: mail.effectKey, kind, counts, at, detail: { reason } });
    return counts && kind !== 'replied';
  });
  // Here most bounces and every complaint are learned: a play that annoys people stops now, not at the next upkeep.
  if (isBad) await applyBrakes(deps);
};

async function mailOf(tx: Tx, connection: string, report: MailReport, now: Iso): Promise<SentMail | null> {
  const named = await findMail(tx, connection, report.messageIds);
  if (named || report.messageIds.length > 0 || report.address === null) return named;
  const person = normaliseEmail(report.address);
  return person === null ? null : await newestMailTo(tx, { connection, person, since: addMs(now, -LATELY_MS) });
}

async function optOut(tx: Tx, who: { person: string; account: string | null; at: Iso; now: Iso }): Promise<void> {
  const { person, account, at, now } = who;
  await recordConsents(tx, [{ person, category: 'marketing', source: 'complaint', optedOut: true, at }]);
  await recordAudit(tx, {
    at: now,
    actor: person,
    door: 'mail_report',
    action: 'person.complained',
    subject: account ?? person,
    detail: null,
  });
}
