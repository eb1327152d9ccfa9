import type { ActionStep, Step, WaitOutcome, WaitStep } from '../../config/schema/index.ts';
import type { Iso } from '../model.ts';

export type JourneyOutcome = 'none' | WaitOutcome;
export type JourneyEnd = 'upgraded' | 'not_upgraded' | 'suppressed' | 'withdrawn';
export type JourneyPhase = 'running' | 'holding' | 'waiting' | 'ended';
export type WakeKind = WaitOutcome | 'trial_ended' | 'facts';

/** A step that changes something outside. */
export type EffectStep = Exclude<ActionStep, WaitStep>;

/** A play as a straight line: what `compilePlay` makes of its steps. */
export type Instruction =
  | { op: 'perform'; steps: EffectStep[] }
  /** When the answer is no, go to `otherwise`. */
  | { op: 'ask'; step: string; condition: string; otherwise: number }
  | { op: 'wait'; step: string; any: WaitOutcome[]; forMs: number }
  /** When the account has upgraded, go to `otherwise`. */
  | { op: 'unless_upgraded'; step: string; otherwise: number };

/** One account's pass through a play, as plain JSON that a workflow carries along. */
export interface JourneyState {
  account: string;
  product: string;
  play: string;
  phase: JourneyPhase;
  /** Index of the instruction in the compiled play. */
  stepIndex: number;
  /** The lead trigger event: the subject of every effect's key. */
  subject: string;
  triggerEventIds: string[];
  outcome: JourneyOutcome;
  trialEnded: 'converted' | 'reverted' | null;
  /** Steps of the present instruction that must wait, with their time (null: until facts change). */
  held: { step: string; until: Iso | null; reason: string }[];
  /** End of the wait that runs, or ran last: an engaged customer has until then to decide. */
  waitUntil: Iso | null;
  touchesSent: number;
  alertsSent: number;
  /** Sends that a guardrail refused, by reason. */
  suppressed: { step: string; reason: string }[];
  startedAt: Iso;
  end: JourneyEnd | null;
}

export type Move =
  /** One or more actions; they do not depend on one another. */
  | { kind: 'perform'; steps: EffectStep[] }
  /** Evaluate this condition and come back with the answer. */
  | { kind: 'ask'; step: string; condition: string }
  /** Sleep until then, or until one of these facts arrives. */
  | { kind: 'wait'; step: string; any: WakeKind[]; until: Iso }
  | { kind: 'end'; outcome: JourneyEnd };

export type PerformResult =
  | { step: string; result: 'done'; touch: boolean }
  | ({ step: string; result: 'held'; until: Iso | null; reason: string } & Told)
  | ({ step: string; result: 'suppressed'; reason: string } & Told);

interface Told {
  /** The account manager was alerted because the customer hears nothing for now. */
  alerted?: true;
}

/** What the store knows when a journey wakes. */
export interface JourneyFacts {
  now: Iso;
  upgraded: boolean;
  trialStarted: boolean;
  trialEnded: 'converted' | 'reverted' | null;
  engaged: boolean;
  /** Every trigger event of the journey was taken back. */
  takenBack: boolean;
  /** Held steps that are tried before their time, since what they wait for may be there again. Absent: none. */
  released?: string[];
}

export interface CandidateEvent {
  id: string;
  play: string;
  trigger: string;
  utilization: number | null;
  occurredAt: Iso;
}

/** Which trigger event leads, and what becomes of the rest. */
export interface Arbitration {
  /** Null: the running play goes on. */
  lead: string | null;
  play: string;
  /** The running play's unsent steps are cancelled. */
  supersede: boolean;
  /** Equal plays: told in the same message. */
  merge: string[];
  fold: { id: string; reason: string }[];
}

/** domain/journey/compile.ts */
export type CompilePlay = (steps: Step[]) => Instruction[];
/** domain/journey/start.ts */
export type StartJourney = (input: {
  account: string;
  product: string;
  play: string;
  lead: string;
  triggerEventIds: string[];
  now: Iso;
}) => JourneyState;
/** domain/journey/next-move.ts: what to do now; changes nothing. */
export type NextMove = (state: JourneyState, program: Instruction[], now: Iso) => Move;
/** domain/journey/after.ts: `afterPerform`, `afterAnswer`, `afterWake`, `afterWaitStarted`, `afterSupersede`. */
export type AfterPerform = (
  state: JourneyState,
  program: Instruction[],
  results: PerformResult[],
  now: Iso,
) => JourneyState;
export type AfterAnswer = (state: JourneyState, program: Instruction[], answer: boolean) => JourneyState;
/** After a wake or the end of a wait. */
export type AfterWake = (state: JourneyState, program: Instruction[], facts: JourneyFacts) => JourneyState;
/** Stores the end of a wait move in the state, so that a wake in between does not begin it anew. */
export type AfterWaitStarted = (state: JourneyState, until: Iso) => JourneyState;
/** domain/journey/arbitrate.ts */
export type Arbitrate = (
  running: { play: string } | null,
  events: CandidateEvent[],
  playOrder: string[],
) => Arbitration;
