import type { Iso } from '../../domain/model.ts';
import type { LedgerEntry } from '../frame/types.ts';

/** Rows of a truth file (bench/worlds/README.md, section 2); rows of other kinds are ignored. */
export interface Episode {
  episode: string;
  account: string;
  product: string;
  kind: string;
  metric: string | null;
  readyAt: Iso;
  readyUntil: Iso;
  graceFrom: Iso;
  valueCents: number;
}
export type Context =
  | { context: 'account'; account: string; timezone: string; test: boolean; people: { id: string; email: string }[] }
  | { context: 'severe_ticket'; account: string; id: string; from: Iso; until: Iso | null }
  | { context: 'incident'; scope: string; from: Iso; until: Iso | null }
  | { context: 'optout'; account: string; person: string; category: string; from: Iso; until: Iso | null }
  | { context: 'am_contact'; account: string; at: Iso };
export type TruthRow = Episode | Context | { trap: string } | { meta: string };

/** The rules as the company wrote them; all lengths in business milliseconds. */
export interface JudgeConfig {
  touchesPerAccount: { max: number; perMs: number };
  touchesPerPerson: { max: number; perMs: number };
  /** After `count` prompts in a row without an answer within `withinMs`: none for `cooldownMs`. */
  cooldown: { count: number; withinMs: number; cooldownMs: number };
  amHoldMs: number;
  /** Hours of the day in the account's zone when no mail may arrive. */
  quietHours: { from: string; to: string; weekends: boolean };
  afterUpgradeMs: number;
  afterDeclineMs: number;
  /** A held prompt is given up after this. */
  holdAtMostMs: number;
  /** How long after a journey's first effect other moments of that product may be folded into it. */
  journeyMs: number;
  /** What the hub may lag behind: facts younger than this excuse it. */
  toleranceMs: number;
  /** Kinds of episode that lead to our own people alone: no customer guardrail excuses silence. */
  internalKinds: string[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The example company's guardrails. */
export const defaultJudgeConfig: JudgeConfig = {
  touchesPerAccount: { max: 2, perMs: 30 * DAY },
  touchesPerPerson: { max: 2, perMs: 30 * DAY },
  cooldown: { count: 2, withinMs: 7 * DAY, cooldownMs: 90 * DAY },
  amHoldMs: 14 * DAY,
  quietHours: { from: '18:00', to: '08:00', weekends: true },
  afterUpgradeMs: 30 * DAY,
  afterDeclineMs: 60 * DAY,
  holdAtMostMs: 14 * DAY,
  journeyMs: 14 * DAY,
  toleranceMs: 6 * HOUR,
  internalKinds: ['hard_limit', 'velocity', 'cut_after_limit'],
};

export interface JudgeInput {
  truth: TruthRow[];
  ledger: readonly LedgerEntry[];
  config: JudgeConfig;
  /** Business time up to which the world was played. */
  until: Iso;
}

export interface Duplicate {
  key: string;
  entries: { at: Iso; vendor: string; id: string; summary: string }[];
}
export interface Missing {
  episode: string;
  account: string;
  product: string;
  kind: string;
  readyAt: Iso;
  readyUntil: Iso;
  sentence: string;
}
export interface Forbidden {
  rule: string;
  at: Iso;
  account: string;
  vendor: string;
  id: string;
  sentence: string;
}
export interface Explained {
  episode: string;
  account: string;
  kind: string;
  reason: string;
}

export interface Verdict {
  /** Episodes that the hub had to answer. */
  expected: number;
  /** Those of them that led to something visible. */
  visible: number;
  duplicates: Duplicate[];
  missing: Missing[];
  forbidden: Forbidden[];
  explained: Explained[];
}
