/**
 * What a connector tells the conformance suite: sample inputs, and how to know their effect again at the vendor. The
 * suite does the rest. What is expected of a write follows from its declared idempotency, never from here.
 */
import type { Json } from '../../domain/model.ts';
import type { Billing, Capabilities, Chat, Crm, MessageChannel, UsageSource } from './capabilities.ts';
import type { Call, WriteOperation } from './operation.ts';

type InputOf<Op> = Op extends WriteOperation<infer Input, Json, Json> ? Input : never;

/** By the name of the operation in the effect ledger. */
export interface WriteInputs {
  'usage.writeBack': InputOf<NonNullable<UsageSource['writeBack']>>;
  'billing.startTrial': InputOf<Billing['startTrial']>;
  'billing.endTrial': InputOf<Billing['endTrial']>;
  'billing.changePlan': InputOf<Billing['changePlan']>;
  'crm.createTask': InputOf<Crm['createTask']>;
  'crm.completeTask': InputOf<Crm['completeTask']>;
  'crm.tagAccount': InputOf<Crm['tagAccount']>;
  'chat.postAlert': InputOf<Chat['postAlert']>;
  'chat.updateAlert': InputOf<Chat['updateAlert']>;
  'message.send': InputOf<MessageChannel['send']>;
}

export const WRITE_FAULTS = [
  'before_send',
  'accept_then_reset',
  'accept_then_timeout',
  'rate_limited',
  'rate_limited_unsaid',
  'error_before',
  'error_after',
  'hang',
  'half_body',
  'wrong_shape',
  'auth_expired',
  'restarted',
  'two_workers',
  'commits_late',
  'outlives_timeout',
  'process_stopped',
] as const;
export const READ_FAULTS = [
  'page_lost',
  'page_repeated',
  'cursor_expired',
  'unknown_field',
  'missing_field',
  'empty',
  'truncated',
] as const;
export const WEBHOOK_FAULTS = [
  'forged',
  'stale',
  'from_the_future',
  'repeated',
  'reordered',
  'huge',
  'wrong_content_type',
  'secret_rotated',
] as const;
export type WriteFault = (typeof WRITE_FAULTS)[number];
export type ReadFault = (typeof READ_FAULTS)[number];
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number];

/** Cells that cannot be, each with the reason, for whoever reads the score. */
export type NotApplicable<Fault extends string> = Partial<Record<Fault, string>>;

/** One line of a twin's ledger: what people at the vendor can see. */
export interface VisibleEntry {
  kind: string;
  account: string | null;
  id: string;
  key?: string | null;
  summary: string;
  data?: Json;
}

/** Where one cell is played: a fresh twin with a small world, and the connector connected to it. */
export interface Scene {
  /** Unique text, for markers and keys. */
  id: string;
  /** The first account of the world: on plan `starter` of product `core`. */
  account: string;
  email: string;
  userId: string;
  /** An address of our own account manager's. */
  managerEmail: string;
  /** Business time is real time here. */
  now: string;
  capabilities: Capabilities;
  call: () => Call;
  /** An act of the twin. */
  act: (name: string, input: Record<string, Json>) => Promise<Json>;
  /** The twin's ledger so far. */
  ledger: () => readonly VisibleEntry[];
}

/** Settings of the connection beyond the common ones; of one scene, where they must differ by scene. */
export type Settings = Record<string, Json> | ((sceneId: string) => Record<string, Json>);

interface WriteCommon {
  /** Where one operation is sampled more than once. */
  title?: string;
  settings?: Settings;
  /** The request that has the effect: method, and a regular expression on the path. Absent: the twin is no HTTP server. */
  request?: { method: string; path: string };
  /** Faults that the twin's own act `set_fault` makes, by its name for them. */
  twinFaults?: Partial<Record<WriteFault, string>>;
  notApplicable?: NotApplicable<WriteFault>;
}
export type WriteSample = {
  [Name in keyof WriteInputs]: WriteCommon & {
    operation: Name;
    /** Prepares the scene, by reads and by acts of the twin, and gives the input. */
    input: (scene: Scene) => Promise<WriteInputs[Name]>;
    /** Is this entry of the twin's ledger the effect of that input? */
    isEffect: (entry: VisibleEntry, input: WriteInputs[Name], scene: Scene) => boolean;
    /** Makes the effect visible, where somebody has to look first. */
    look?: (scene: Scene) => Promise<void>;
  };
}[keyof WriteInputs];

export interface ReadSample {
  /** Its name in the score, such as crm.readAccounts. */
  name: string;
  settings?: Settings;
  /** Reads everything, in an order and a form that two equal reads share. */
  read: (scene: Scene) => Promise<Json>;
  /** The request that is hit; with `pages`, one of them after the first. */
  request?: { method: string; path: string };
  /** How many accounts make more than one page; absent: the answer has no pages. */
  pages?: number;
  /** A field of the answer without which it means nothing. */
  needs?: string;
  /** What an empty vendor reads as. */
  empty?: Json;
  /** Fills the vendor to its cap and says what is wrong with the answer then, or null. */
  truncated?: { accounts: number; problem: (scene: Scene) => Promise<string | null> };
  /** Where the suite's way does not fit: plays the fault and says what is wrong, or null. */
  own?: Partial<Record<ReadFault, (scene: Scene) => Promise<string | null>>>;
  notApplicable?: NotApplicable<ReadFault>;
}

export interface WebhookSample {
  /** The environment variable of the sandbox's signing secret. */
  secret: string;
  /** Another secret of that form, where neither any text nor one of Standard Webhooks will do. */
  nextSecret?: string;
  /** The environment variable of the path that the sandbox posts to, where the vendor signs the address as well. */
  path?: string;
  /** The vendor logs in and signs nothing: whoever has the login may say anything. */
  signsNothing?: true;
  /** Makes the twin deliver: at least two deliveries of one object when `times` is 2. */
  provoke: (scene: Scene, times: 1 | 2) => Promise<void>;
  notApplicable?: NotApplicable<WebhookFault>;
}

export interface Conformance {
  /** The connection as config would have it, but for `connector`, `mode` and `sandbox_url`. */
  connection: {
    account_key?: string;
    auth?: Record<string, string>;
    webhook_secret?: string;
    [setting: string]: unknown;
  };
  /** What the facts of config read here, by their names, where the connector hears of nothing else. */
  facts?: Record<string, Json>;
  writes: WriteSample[];
  reads: ReadSample[];
  /** Where the manifest says `webhook: true`: without it every cell of `receive` fails. */
  webhook?: WebhookSample;
}

export function defineConformance(conformance: Conformance): Conformance {
  return conformance;
}

/** For set-up: does a write outside the ledger, once. */
export function doWrite<Input, Result extends Json>(
  operation: WriteOperation<Input, Json, Result>,
  input: Input,
  scene: Scene,
): Promise<Result> {
  const call = { ...scene.call(), idempotencyKey: `${scene.id}-set-up`, sending: async () => {} };
  return operation.send(operation.prepare(input), call);
}

/** @throws where the connector does not offer what its samples need */
export function offered<T>(capability: T | undefined): T {
  if (capability === undefined) throw new Error('the connector does not offer this capability');
  return capability;
}

export async function pagesOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** All pages in one list. */
export const allOf = async <T>(pages: AsyncIterable<T[]>): Promise<T[]> => (await pagesOf(pages)).flat();
