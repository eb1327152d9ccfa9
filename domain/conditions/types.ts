import type { FactValue, Segment } from '../model.ts';

export type FactType = 'number' | 'string' | 'boolean';

/** The names that a condition may use. */
export interface ConditionDeclarations {
  facts: Record<string, FactType>;
  metrics: string[];
  /** Conditions of a play's steps see what came of the step before: `outcome`. */
  outcome: boolean;
}

export const OUTCOMES = ['none', 'upgraded', 'trial_started', 'engaged'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface MeterNumbers {
  used: number;
  /** Null: unlimited. */
  limit: number | null;
  /** 0–1 and above; null without a limit. */
  utilization: number | null;
}

/** What a condition is asked about. `used`, `limit` and `utilization` are those of the meter that tripped. */
export interface ConditionContext {
  facts: Record<string, FactValue | null>;
  metrics: Record<string, MeterNumbers>;
  used: number | null;
  limit: number | null;
  utilization: number | null;
  account: {
    name: string;
    segment: Segment | null;
    /** Revenue a year in whole currency units. */
    arr: number | null;
  };
  outcome?: Outcome;
}

export interface ConditionError {
  ok: false;
  message: string;
  /** 0-based offset of the mistake in the text. */
  offset: number;
  /** 1-based column in its line of the text. */
  column: number;
  found: string;
  allowed: string[];
  /** The right name that is most like the wrong one. */
  nearest: string | null;
}

export interface CompiledCondition {
  ok: true;
  /** False also when a number that it needs is not known. */
  run: (context: ConditionContext) => boolean;
  /** Null when a number that it needs is not known: "no" and "cannot be told" lead to different reasons. */
  tell: (context: ConditionContext) => boolean | null;
}
