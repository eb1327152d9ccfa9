import { z } from 'zod';
import { updateAlert } from '../../activities/alerts/update-alert.ts';
import type { OpenConnection } from '../../activities/connections.ts';
import type { Deps } from '../../activities/deps.ts';
import type { EffectOutcome } from '../../activities/effects/plan.ts';
import { callWithin } from '../../connectors/kit/time-limit.ts';
import {
  findOffer,
  findTeamMember,
  type InboxRow,
  inTransaction,
  readTriggerEvents,
  recordAudit,
  upsertOutreach,
} from '../../store/index.ts';
import type { HandleEvent } from './handlers.ts';

const CALL_MS = 8_000;

const actionBody = z.looseObject({
  action: z.enum(['start_trial', 'on_it']),
  /** The offer, or the trigger event. */
  value: z.string(),
  userId: z.string(),
  userName: z.string().nullish(),
});

/** A click on an alert. Who clicked is asked at the vendor: the body is only what the click's own browser sent. */
export const takeChatAction: HandleEvent = async ({ deps, requestTrial }, connection, row) => {
  const { action, value, userId } = actionBody.parse(row.body);
  const email =
    (await connection.capabilities.chat?.userEmail(userId, callWithin(CALL_MS, { priority: 'click' }))) ?? null;
  if (action === 'on_it') return await onIt(deps, connection, row, { triggerEventId: value, email });
  const answer =
    email === null
      ? ({
          kind: 'refused',
          reason: 'not_allowed',
          sentence:
            'Your Slack profile has no e-mail address that we know; only the account manager can start this trial.',
        } as const)
      : await requestTrial({
          surface: 'slack',
          connection: connection.name,
          actor: { email, role: null },
          target: { offerId: value },
        });
  if (answer.kind === 'accepted') return;
  // The door's answer: the alert itself says why not.
  const offer = await inTransaction(deps.store, (tx) => findOffer(tx, value));
  if (offer?.triggerEventId)
    settled(
      await updateAlert(deps, offer.triggerEventId, {
        status: answer.sentence,
        version: `refused-${answer.reason}`,
        buttons: 'all',
      }),
    );
};

/** The account manager takes over: automation stands back, and the alert shows who has it. */
async function onIt(
  deps: Deps,
  connection: OpenConnection,
  row: InboxRow,
  click: { triggerEventId: string; email: string | null },
): Promise<void> {
  const at = row.occurredAt ?? row.receivedAt;
  const who = await inTransaction(deps.store, async (tx) => {
    const [event] = await readTriggerEvents(tx, [click.triggerEventId]);
    if (!event) return null;
    const member = click.email === null ? null : await findTeamMember(tx, { email: click.email });
    await upsertOutreach(tx, connection.name, [
      { account: event.account, by: member?.id ?? null, channel: 'claimed', at, externalId: row.eventId },
    ]);
    await recordAudit(tx, {
      at: deps.now(),
      actor: click.email ?? 'unknown',
      door: 'slack',
      action: 'alert.claimed',
      subject: event.id,
      detail: null,
    });
    return member?.name ?? click.email ?? 'Somebody';
  });
  if (who !== null)
    settled(
      await updateAlert(deps, click.triggerEventId, {
        status: `${who} is on it since ${at.slice(0, 16).replace('T', ' ')} UTC`,
        version: 'on_it',
        buttons: 'trial',
      }),
    );
}

/** A paused connection is no answer: the event stays in the inbox and is tried again. */
function settled(outcome: EffectOutcome<unknown>): void {
  if (outcome.kind === 'wait') throw new Error(`the alert cannot be updated yet: ${outcome.reason}`);
}
