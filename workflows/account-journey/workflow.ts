import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { BusinessClock } from '../../domain/clock.ts';
import { afterAnswer, afterPerform, afterWaitStarted, afterWake } from '../../domain/journey/after.ts';
import { nextMove } from '../../domain/journey/next-move.ts';
import type { Instruction, JourneyEnd, JourneyState } from '../../domain/journey/types.ts';
import type { Iso } from '../../domain/model.ts';
import { act, decide } from '../activity-profiles.ts';
import { now, until } from '../waiting.ts';
import { journeyViewQuery, wakeSignal } from './messages.ts';
import { perform } from './perform.ts';

export interface JourneyInput {
  clock: BusinessClock;
  account: string;
  product: string;
  /** A stage carried over from the run before; null: claim what waits in the store. */
  stage: JourneyStage | null;
  /** A wake that the run before had heard and not looked at yet. */
  woken?: boolean;
}
export interface JourneyStage {
  journeyId: string;
  state: JourneyState;
  program: Instruction[];
}

/**
 * One account's pass through the plays of one product. Facts live in the store and a wake only says "look again":
 * each stage (a play) is one run, and a higher play takes over by continuing as new.
 */
export async function accountJourney(input: JourneyInput): Promise<JourneyEnd | 'nothing_new'> {
  const { clock, account, product } = input;
  let woken = input.woken ?? false;
  let state: JourneyState | null = input.stage?.state ?? null;
  setHandler(wakeSignal, () => {
    woken = true;
  });
  setHandler(journeyViewQuery, () => state);

  const stage = input.stage ?? (await decide.beginJourney({ account, product }));
  if (stage === null) return woken ? await again(null) : 'nothing_new';
  const { journeyId, program } = stage;
  state = stage.state;

  for (;;) {
    if (workflowInfo().continueAsNewSuggested) return await again({ journeyId, program, state });
    if (woken && state.phase !== 'ended') {
      const next = await look(state, null);
      if (next.takeover) return await again(next.takeover);
      state = next.state;
    }
    const move = nextMove(state, program, now(clock));
    switch (move.kind) {
      case 'perform': {
        const current = state;
        const results = await Promise.all(move.steps.flatMap((step) => perform({ journeyId, state: current }, step)));
        state = afterPerform(state, program, results, now(clock));
        break;
      }
      case 'ask': {
        const answer = await decide.answerCondition({ journeyId, state, condition: move.condition });
        state = afterAnswer(state, program, answer);
        break;
      }
      case 'wait': {
        state = afterWaitStarted(state, move.until);
        const wokenFirst = await until(clock, move.until, () => woken);
        const next = await look(state, wokenFirst ? null : move.until);
        if (next.takeover) return await again(next.takeover);
        state = next.state;
        break;
      }
      case 'end': {
        const closing = { journeyId, state, end: move.outcome };
        if (state.alertsSent > 0) await Promise.all([act.closeAlerts(closing), act.completeTasks(closing)]);
        const { more } = await decide.closeJourney(closing);
        // A wake that came while closing, or an event that nobody claimed, is the next run's.
        return more || woken ? await again(null) : move.outcome;
      }
    }
  }

  /** @param due the moment for which this look was planned; null after a wake */
  async function look(
    current: JourneyState,
    due: Iso | null,
  ): Promise<{ state: JourneyState; takeover: JourneyStage | null }> {
    woken = false;
    const seen = await decide.lookAtFacts({ journeyId, state: current, due });
    const after = afterWake({ ...current, triggerEventIds: seen.triggerEventIds }, program, seen.facts);
    return { state: after, takeover: seen.takeover };
  }

  /** A run that carries a stage on looks at once where this one was woken; one that claims anew looks anyway. */
  function again(next: JourneyStage | null): Promise<never> {
    const unseen = next !== null && woken ? { woken } : {};
    return continueAsNew<typeof accountJourney>({ clock, account, product, stage: next, ...unseen });
  }
}
