import type { Config } from '../../config/schema/index.ts';
import type { Cents, Credit, Iso, Outreach, Unattributed, Upgrade } from '../model.ts';

/** A delivered touch, with the engagement that counts. */
export interface TouchForCredit {
  effectKey: string;
  triggerEventId: string;
  product: string;
  deliveredAt: Iso;
  /** Every engagement that counts. */
  engagedAt: Iso[];
}
/** An alert to the account manager about a trigger event: with outreach after it, it earns credit too. */
export interface AlertForCredit {
  triggerEventId: string;
  at: Iso;
  accountManager: string | null;
}
/** A trial that was granted: whoever started it was in contact with the customer. */
export interface TrialForCredit {
  triggerEventId: string;
  at: Iso;
  by: string;
}
export interface EventForCredit {
  id: string;
  trigger: string;
  product: string;
  occurredAt: Iso;
}

export interface CreditInput {
  upgrade: Upgrade;
  touches: TouchForCredit[];
  alerts: AlertForCredit[];
  outreach: Outreach[];
  trials: TrialForCredit[];
  events: EventForCredit[];
  config: Omit<Config['attribution'], 'unpaid'>;
}

/** Credits and the rest sum exactly to the ACV. Only a contraction leaves a rest: what no upgrade had earned before. */
export type CreditDecision =
  | { kind: 'credited'; credits: Credit[]; rest: Unattributed | null }
  | { kind: 'unattributed'; row: Unattributed };

/** domain/attribution/credit-upgrade.ts: the credits sum exactly to the upgrade's ACV. */
export type CreditUpgrade = (input: CreditInput) => CreditDecision;

/** domain/attribution/contraction.ts: negative rows, the newest upgrade's credit first, never more than it still holds. */
export type CreditContraction = (input: {
  /** An `Upgrade` with negative acvCents. */
  contraction: Upgrade;
  /** Earlier rows of the account and product, upgrades and contractions alike. */
  earlier: Credit[];
  config: Omit<Config['attribution'], 'unpaid'>;
}) => CreditDecision;

/** domain/attribution/annual-value.ts: (to − from) × 12. */
export type AnnualValue = (fromMrrCents: Cents, toMrrCents: Cents) => Cents;
