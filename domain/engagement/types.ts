import type { Iso } from '../model.ts';

/** One request to a tracked link. */
export interface Click {
  at: Iso;
  deliveredAt: Iso | null;
  method: string;
  userAgent: string | null;
  /** Sec-Purpose, Purpose or X-Moz of the request, whichever is set. */
  purpose: string | null;
}
export type ClickVerdict =
  | { counts: true }
  | { counts: false; reason: 'scanner' | 'prefetch' | 'method' | 'too_soon' | 'not_delivered' };
/** domain/engagement/judge-click.ts */
export type JudgeClick = (click: Click) => ClickVerdict;
