/**
 * What the HTTP server needs from the rest of the hub. Everything that reaches a vendor or a workflow is a port, so
 * that routes stay thin and can be tried with stand-ins; plain reads and writes go to the store through `deps`.
 */
import type { Registry } from 'prom-client';
import type { Deps } from '../../activities/deps.ts';
import type { Cents, FactValue, Iso, TrialState } from '../../domain/model.ts';
import type { TrialRefusal } from '../../domain/trial/types.ts';
import type { KeyRing } from '../../store/index.ts';
import type { CodecDoor } from './codec.ts';

// ---- trials ---------------------------------------------------------------------------------------------------------

export interface TrialActor {
  email: string;
  /** Known from an API token; null: to be found by config roles and the CRM's owner. */
  role: 'am' | 'revops' | 'admin' | null;
}
export interface TrialAsk {
  surface: 'slack' | 'crm_link' | 'api';
  /** The connection that the click came through; null for our own doors. */
  connection: string | null;
  actor: TrialActor;
  /** An offer made before, or the account to make one for; `product` null: the only product it pays for. */
  target: { offerId: string } | { account: string; product: string | null };
}
export type TrialAnswer =
  /** Taken: the workflow has accepted it, or an earlier click did. Read on with `findTrial`. */
  | { kind: 'accepted'; offerId: string; state: TrialState; sentence: string }
  | {
      kind: 'refused';
      reason: TrialRefusal | 'needs_approval' | 'unknown_offer' | 'unknown_account';
      sentence: string;
    };
/** The one function in which every surface ends. The offer's row makes repeats harmless. */
export type RequestTrial = (ask: TrialAsk) => Promise<TrialAnswer>;

export type EndTrialAnswer =
  | { kind: 'accepted'; state: TrialState; sentence: string }
  | { kind: 'refused'; reason: 'unknown_offer' | 'not_running' | 'not_allowed'; sentence: string };
export type EndTrial = (ask: { offerId: string; actor: TrialActor; reason: string }) => Promise<EndTrialAnswer>;

/** `body` of a link of kind `action`; the addressee is the actor. */
export interface ActionLinkBody {
  action: 'start_trial';
  offerId: string;
  /** E-mail of the person that the link was made for; null where the CRM names nobody: then it can only be looked at. */
  actor: string | null;
}

// ---- upgrades -------------------------------------------------------------------------------------------------------

/** `body` of a link of kind `upgrade`. */
export interface UpgradeLinkBody {
  subscriptionId: string;
  product: string;
  plan: string;
}
export type UpgradeTarget = UpgradeLinkBody & { account: string };
export interface UpgradeView {
  accountName: string;
  productName: string;
  fromPlan: string;
  toPlan: string;
  currency: string;
  currentMonthlyCents: Cents;
  nextMonthlyCents: Cents;
  /** Charged on confirming: the rest of the period, from billing's preview; null when billing could not say. */
  dueNowCents: Cents | null;
}
/** `sentence` is shown to the customer: on the plan already, or billing does not answer. */
export type UpgradeAnswer<T> = { kind: 'ok'; value: T } | { kind: 'unavailable'; sentence: string };
export type ViewUpgrade = (target: UpgradeTarget) => Promise<UpgradeAnswer<UpgradeView>>;
/** Makes the billing portal's confirm page, at the click; never stored. The value is its URL. */
export type OpenUpgradeLink = (target: UpgradeTarget & { returnUrl: string }) => Promise<UpgradeAnswer<string>>;

// ---- usage ----------------------------------------------------------------------------------------------------------

export type PushedRow =
  | {
      type: 'reading';
      account: string;
      product: string;
      metric: string;
      observedAt: Iso;
      used: number;
      limit?: number | null;
      periodStart?: Iso | null;
      periodEnd?: Iso | null;
      id?: string;
    }
  | { type: 'fact'; account: string; fact: string; value: FactValue };
export interface IngestAnswer {
  /** New readings and facts; a repeated one is not new. */
  stored: number;
  /** `index` of the row as given to the port, with a sentence. */
  rejected: { index: number; reason: string }[];
}
/** Rows have the right shape; whether account, metric and time make sense is judged behind the port. */
export type IngestReadings = (source: string, rows: PushedRow[]) => Promise<IngestAnswer>;

// ---- health ---------------------------------------------------------------------------------------------------------

export interface SweepPlan {
  connection: string;
  everyMs: number;
  /** Above `everyMs` where the vendor's quota needs it. */
  actualMs: number;
}

// ---- keys -----------------------------------------------------------------------------------------------------------

export interface KeyDoor {
  ring: KeyRing;
  /** What is kept elsewhere and sealed by us is sealed anew. */
  rotated: () => Promise<void>;
  /** What Temporal keeps that was sealed with this key, in words; null: nothing. */
  useInTemporal: (keyId: string) => Promise<string | null>;
}

export interface HttpContext {
  deps: Deps;
  requestTrial: RequestTrial;
  endTrial: EndTrial;
  viewUpgrade: ViewUpgrade;
  openUpgradeLink: OpenUpgradeLink;
  ingestReadings: IngestReadings;
  keys: KeyDoor;
  /** Null: payloads are opened for nobody. */
  codec: CodecDoor | null;
  /** What this process and the servers that it keeps have logged last, redacted, by name. */
  recentLogs: () => Record<string, string[]>;
  /** Business hours between a due moment and the start of its work; null without samples. */
  lagP95Hours: () => number | null;
  sweepPlans: () => SweepPlan[];
  /** Rejects with a plain sentence when the Temporal server does not answer. */
  checkTemporal: () => Promise<void>;
  /** Others may add their own metrics; one registry per server. */
  metrics: Registry;
}
