import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Config } from '../../config/schema/index.ts';
import { arbitrate } from '../../domain/journey/arbitrate.ts';
import { compilePlay } from '../../domain/journey/compile.ts';
import { startJourney } from '../../domain/journey/start.ts';
import type {
  Arbitration,
  CandidateEvent,
  Instruction,
  JourneyFacts,
  JourneyState,
} from '../../domain/journey/types.ts';
import type { Iso, TriggerEvent } from '../../domain/model.ts';
import {
  claimEvents,
  inTransaction,
  markEvents,
  openJourney,
  readJourney,
  readJourneyFacts,
  saveJourney,
  type Tx,
  withdrawUnsent,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';

export interface Stage {
  journeyId: string;
  state: JourneyState;
  program: Instruction[];
}

/** Claims what waits for an account and product and opens its journey; null when somebody else has it all. */
export async function beginJourney(
  deps: Deps,
  { account, product }: { account: string; product: string },
): Promise<Stage | null> {
  const { config, hash } = deps.configs.current();
  const journeyId = `j_${createHash('sha256').update(claimToken('run')).digest('base64url').slice(0, 22)}`;
  return await inTransaction(deps.store, async (tx) => {
    const now = deps.now();
    const events = await claimEvents(tx, { account, product, journeyId, claim: claimToken('begin'), now });
    const decided = arbitrate(null, events.map(candidate), config.play_order);
    if (decided.lead === null) return null;
    await fold(tx, decided, now);
    const triggerEventIds = [decided.lead, ...decided.merge];
    const state = startJourney({ account, product, play: decided.play, lead: decided.lead, triggerEventIds, now });
    await openJourney(tx, {
      id: journeyId,
      account,
      product,
      play: decided.play,
      leadEventId: decided.lead,
      state,
      configVersion: hash,
      now,
    });
    return { journeyId, state, program: programOf(config, decided.play) };
  });
}

export interface Looked {
  facts: JourneyFacts;
  triggerEventIds: string[];
  /** A higher play takes over: the next run of the workflow begins with it. */
  takeover: Stage | null;
}

/** Reads what is new for a running journey, claims further trigger events and decides what becomes of them. */
export async function lookAtFacts(
  deps: Deps,
  { journeyId, state, due }: { journeyId: string; state: JourneyState; due: Iso | null },
): Promise<Looked> {
  if (due !== null) deps.lag.observe('timer', due, deps.now());
  const { config } = deps.configs.current();
  const { account, product } = state;
  return await inTransaction(deps.store, async (tx) => {
    const now = deps.now();
    const claimed = await claimEvents(tx, { account, product, journeyId, claim: claimToken('look'), now });
    const read = await readJourneyFacts(tx, { account, product, journeyId, now });
    const facts = { ...read.facts, ...released(state, due) };
    const decided = arbitrate({ play: state.play }, claimed.map(candidate), config.play_order);
    await fold(tx, decided, now);
    if (decided.lead === null) {
      const triggerEventIds = [...new Set([...state.triggerEventIds, ...decided.merge])];
      await saveJourney(tx, journeyId, { ...state, triggerEventIds }, now);
      return { facts, triggerEventIds, takeover: null };
    }
    const reason = `the play ${decided.play} stands above ${state.play}`;
    await markEvents(tx, state.triggerEventIds, { status: 'superseded', reason, now });
    await withdrawUnsent(tx, journeyId, { now, wireNow: deps.wireNow(), reason });
    const triggerEventIds = [decided.lead, ...decided.merge];
    const next = startJourney({ account, product, play: decided.play, lead: decided.lead, triggerEventIds, now });
    await saveJourney(tx, journeyId, next, now);
    return {
      facts,
      triggerEventIds: state.triggerEventIds,
      takeover: { journeyId, state: next, program: programOf(config, decided.play) },
    };
  });
}

/**
 * A vendor that is back wakes those who wait for it. Whoever else woke the journey, one try more costs little; the hold
 * itself stays the longest that a lost wake can cost.
 */
function released({ held }: JourneyState, due: Iso | null): Pick<JourneyFacts, 'released'> {
  const waiting = held.filter(({ reason }) => reason === 'vendor_unavailable').map(({ step }) => step);
  return due === null && waiting.length > 0 ? { released: waiting } : {};
}

/** The config with which this journey's play began. */
export async function journeyConfig(deps: Deps, journeyId: string) {
  const row = await inTransaction(deps.store, (tx) => readJourney(tx, journeyId));
  return row?.configVersion ? await deps.configs.at(row.configVersion) : deps.configs.current();
}

function programOf(config: Config, play: string): Instruction[] {
  const steps = config.plays[play]?.steps;
  if (!steps) throw new Error(`config has no play ${play}`);
  return compilePlay(steps);
}

async function fold(tx: Tx, { fold: folded }: Arbitration, now: Iso): Promise<void> {
  for (const { id, reason } of folded) await markEvents(tx, [id], { status: 'folded', reason, now });
}

function candidate({ id, play, trigger, utilization, occurredAt }: TriggerEvent): CandidateEvent {
  return { id, play, trigger, utilization, occurredAt };
}

/** The same for every attempt of one activity, so that a retry gets the answer of the attempt before. */
function claimToken(kind: 'run' | 'begin' | 'look'): string {
  const { workflowExecution, activityId } = Context.current().info;
  const run = `${workflowExecution?.workflowId}/${workflowExecution?.runId}`;
  return kind === 'run' ? run : `${run}/${activityId}`;
}
