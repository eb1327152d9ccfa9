import type { Iso } from '../model.ts';

/** Local times `HH:MM`; the range may pass midnight. `weekends` true: none on Saturday and Sunday. */
export interface QuietHours {
  from: string;
  to: string;
  weekends: boolean;
}

/** domain/calendar/quiet-hours.ts: `isSendingTime`. */
export type IsSendingTime = (at: Iso, quiet: QuietHours, zone: string) => boolean;
/** domain/calendar/quiet-hours.ts: `nextSendingTime`: `at` itself when it is allowed. */
export type NextSendingTime = (at: Iso, quiet: QuietHours, zone: string) => Iso;
