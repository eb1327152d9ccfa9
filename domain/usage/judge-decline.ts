import type { HoldFor } from '../../config/schema/index.ts';
import { formatPercent } from '../text.ts';
import { DAY_MS, toMs, WEEK_MS } from '../time.ts';
import type { Judging } from './context.ts';
import { isFirstLook, memoryOf, recordTrip, setMemory, setState, stateOf } from './context.ts';
import { toCurve, usedBetween } from './curve.ts';
import type { Decline, DeclineTrigger } from './decline.ts';
import { counterDecline, gaugeDecline, peakSince } from './decline.ts';
import { advanceFlag } from './flag.ts';
import { ARMED } from './memory.ts';
import type { Rung } from './rung.ts';
import { evaluateRung } from './rung.ts';
import { EPSILON, shareUsed } from './runs.ts';
import { basisOf } from './trip.ts';
import type { LimitHit, TriggerState } from './types.ts';

/** How long a gauge must stay at its limit to have reached it, where no trigger on the limit says so. */
const LIMIT_HOLD: HoldFor = { kind: 'duration', ms: DAY_MS };

/** Watches whether the limit was reached, and after that whether use was cut. */
export function judgeDecline(judging: Judging): void {
  const triggers = Object.entries(judging.input.triggers).flatMap(([name, trigger]) =>
    trigger.when === 'decline_after_limit' ? [{ name, trigger }] : [],
  );
  if (triggers.length === 0) return;
  watchLimit(judging);
  const { view } = judging;
  if (!view.newest || view.seen.stale || view.seen.partial) return;
  for (const { name, trigger } of triggers) judge(judging, name, trigger);
}

function judge(judging: Judging, name: string, trigger: DeclineTrigger): void {
  const { limitHit } = memoryOf(judging);
  const before = stateOf(judging, name);
  if (limitHit === null) {
    setState(judging, name, before);
    return;
  }
  const found = measure(judging, trigger, limitHit, before);
  // Armed again by the next time the limit is reached, see `watchLimit`.
  const { state, trips } = advanceFlag(before, { run: found?.run ?? null, held: found?.held ?? false, clear: false });
  if (trips === null || found === null) {
    setState(judging, name, state);
    return;
  }
  const against = judging.input.counter ? 'the week before the limit was reached' : 'its peak';
  const facts = {
    name,
    trigger,
    run: trips,
    atStart: false,
    folded: [],
    numbers: { ratio: found.ratio, peak: limitHit.peak, weekBefore: limitHit.weekBefore, limitReachedAt: limitHit.at },
    sentence: `${judging.view.meter.metric} reached its limit and has since fallen to ${formatPercent(found.ratio)} of ${against}.`,
  };
  setState(judging, name, recordTrip(judging, facts, state, basisOf(judging.view.readings, trips.since)));
}

function measure(judging: Judging, trigger: DeclineTrigger, limitHit: LimitHit, before: TriggerState): Decline | null {
  const { view, input } = judging;
  if (!input.counter) return gaugeDecline(trigger, limitHit, view.readings);
  const earlier = before.phase === 'holding' ? before.run : null;
  return counterDecline(trigger, limitHit, toCurve(memoryOf(judging).days), view.seen, earlier);
}

/** The limit as an inner rung of its own: a cut is measured against it whether or not a trigger asks for the limit. */
function watchLimit(judging: Judging): void {
  const { view, input } = judging;
  const known = memoryOf(judging).limitState;
  if (isFirstLook(judging, known) && shareUsed(view.meter) >= 1 - EPSILON) {
    setMemory(judging, { limitState: { ...ARMED, phase: 'at_start' } });
    return;
  }
  const outcome = evaluateRung(limitRung(judging), known ?? ARMED, {
    readings: view.readings,
    counter: input.counter,
    periodEnd: view.meter.periodEnd,
    settling: view.settling,
  });
  const reached = outcome.kind === 'ready' || outcome.kind === 'passed_over';
  const basis = outcome.kind === 'ready' ? basisOf(view.readings, outcome.run.since) : outcome.state.basis;
  const limitState: TriggerState = reached
    ? { ...outcome.state, phase: 'tripped', run: null, basis: basis.slice(-40) }
    : outcome.state;
  setMemory(judging, { limitState });
  if (outcome.kind === 'ready') hitLimit(judging, outcome.run.since);
  const { limitHit } = memoryOf(judging);
  if (limitHit === null) return;
  setMemory(judging, {
    limitHit: { ...limitHit, peak: Math.max(limitHit.peak, peakSince(view.readings, limitHit.at)) },
  });
}

function limitRung(judging: Judging): Omit<Rung, 'trigger'> {
  const asked = Object.values(judging.input.triggers).find((trigger) => trigger.when === 'limit_reached');
  const heldFor = asked?.held_for ?? (judging.input.counter ? undefined : LIMIT_HOLD);
  return { name: 'limit', level: 1, rearmBelow: 0.95, heldFor };
}

function hitLimit(judging: Judging, at: string): void {
  const { view, input } = judging;
  const memory = memoryOf(judging);
  const curve = toCurve(memory.days);
  const reached = toMs(at);
  const weekBefore = usedBetween(curve, reached - WEEK_MS, reached) ?? 0;
  const states = { ...memory.states };
  for (const [name, trigger] of Object.entries(input.triggers)) {
    if (trigger.when !== 'decline_after_limit') continue;
    states[name] = { ...stateOf(judging, name), phase: 'armed', run: null, note: null };
  }
  setMemory(judging, {
    states,
    limitHit: { at, plan: view.meter.denominator.plan, peak: view.meter.used, weekBefore },
  });
}
