import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { BusinessClock } from '../../domain/clock.ts';
import type { Iso } from '../../domain/model.ts';
import { act, decide } from '../activity-profiles.ts';
import { now, until } from '../waiting.ts';
import { type GrantTrialInput, grantTrialUpdate, type TrialView, trialViewQuery, trialWakeSignal } from './messages.ts';

const UNLOCK_EVERY_MS = 2 * 3_600_000;
const UNLOCK_LOOKS = 12;

export interface TrialRunInput {
  clock: BusinessClock;
  offerId: string;
  account: string;
  product: string;
}

/**
 * A granted trial, from billing to its end. The offer was claimed in the store before this started: nothing here
 * refuses a person. Billing's state ends a trial; our timer reminds and reconciles.
 */
export async function trialRun(input: TrialRunInput): Promise<TrialView> {
  const { clock, offerId } = input;
  const view: TrialView = { offerId, state: 'granting', endsAt: null };
  let granted: GrantTrialInput | null = null;
  let woken = false;
  setHandler(trialWakeSignal, () => {
    woken = true;
  });
  setHandler(trialViewQuery, () => view);
  setHandler(grantTrialUpdate, (grant) => {
    granted ??= grant;
    return { ...view };
  });
  await condition(() => granted !== null);

  const provisioned = await holding(() => act.provisionTrial({ offerId }));
  if (provisioned.kind !== 'done') {
    view.state = 'refused';
    await decide.settleTrial({ offerId, state: 'refused', reason: provisioned.reason });
    await act.updateTrialAlert({ offerId });
    return finish();
  }
  view.endsAt = provisioned.endsAt;

  if (!(await unlocks())) {
    // The undo of provisioning: a trial that unlocks nothing must not stand in billing.
    await holding(() => act.endTrial({ offerId }));
    view.state = 'reverted';
    await decide.settleTrial({ offerId, state: 'reverted', reason: 'features did not unlock' });
    await act.updateTrialAlert({ offerId });
    return finish();
  }
  view.state = 'active';
  await decide.settleTrial({ offerId, state: 'active', reason: 'unlocked' });
  await Promise.all([mail('started'), act.updateTrialAlert({ offerId })]);

  let ended = await runsUntil(provisioned.remindAt);
  if (ended === null) {
    await mail('reminder');
    ended = await runsUntil(provisioned.endsAt);
  }
  // Billing's word is final: when its webhook is late, we ask, and ask again.
  while (ended === null) {
    await until(clock, later(provisioned.reconcileEveryMs), () => woken);
    ended = await look(true);
  }

  view.state = ended;
  if (ended === 'converted') await holding(() => act.endTrial({ offerId }));
  else await Promise.all([mail('ended'), act.tagTrialForQbr({ offerId })]);
  await decide.settleTrial({
    offerId,
    state: ended,
    reason: ended === 'converted' ? 'upgraded during the trial' : 'ended without an upgrade',
  });
  await act.updateTrialAlert({ offerId });
  return finish();

  /** Entitlements follow the subscription within moments; a day without them is a failure. */
  async function unlocks(): Promise<boolean> {
    for (let look = 0; look < UNLOCK_LOOKS; look += 1) {
      if (await act.checkUnlocked({ offerId })) return true;
      await until(clock, later(UNLOCK_EVERY_MS), () => false);
    }
    return false;
  }

  /** Null while the trial still runs at `moment`. */
  async function runsUntil(moment: Iso): Promise<'converted' | 'reverted' | null> {
    for (;;) {
      const wokenFirst = await until(clock, moment, () => woken);
      const state = await look(false);
      if (state !== null || !wokenFirst) return state;
    }
  }

  async function look(askBilling: boolean): Promise<'converted' | 'reverted' | null> {
    woken = false;
    return await decide.readTrialOutcome({ offerId, askBilling });
  }

  /** A service mail: quiet hours, incidents and bounces delay or drop it, nothing else does. */
  async function mail(moment: 'started' | 'reminder' | 'ended'): Promise<void> {
    await holding(() => act.sendTrialMail({ offerId, moment }));
  }

  /** Repeats a step that was told to wait, at the moment it named. */
  async function holding<R extends { kind: string; until?: Iso | null }>(
    step: () => Promise<R>,
  ): Promise<Exclude<R, { kind: 'wait' }>> {
    for (;;) {
      const result = await step();
      // Narrowing by hand: TypeScript does not exclude a union member through a generic.
      if (result.kind !== 'wait') return result as Exclude<R, { kind: 'wait' }>;
      await until(clock, result.until ?? later(24 * 3_600_000), () => false);
    }
  }

  function later(ms: number): Iso {
    return new Date(Date.parse(now(clock)) + ms).toISOString();
  }

  async function finish(): Promise<TrialView> {
    await condition(allHandlersFinished);
    return view;
  }
}
