import { eq } from 'drizzle-orm';
import { type AttemptNote, withNote } from '../../domain/effect/attempt-notes.ts';
import type { Category, Channel, Iso, Json } from '../../domain/model.ts';
import type { TouchDecision, TouchFacts } from '../../domain/touch/types.ts';
import { recordDecision } from '../decisions.ts';
import { insertLinks, type NewLink } from '../links.ts';
import { lock } from '../locks.ts';
import { effect, touch } from '../schema/index.ts';
import type { Tx } from '../transaction.ts';
import { canonicalJson, sha256, type Vault } from '../vault.ts';
import { loadTouchFacts } from './facts.ts';
import { type OpenEffect, openEffect } from './rows.ts';

export interface EffectRequest {
  /** `{subject}:{step}:{operation}:{person id}:{version}`: the same change always has the same key. */
  key: string;
  tenant: string;
  connection: string;
  operation: string;
  account: string;
  product: string | null;
  person: string | null;
  play: string | null;
  step: string | null;
  journeyId: string | null;
  triggerEventId: string | null;
  offerId: string | null;
  /** Reaches a customer's person: an alert or task for our own people does not. */
  customerFacing: boolean;
  /** A `send` step of a play: takes a slot under the caps. Needs product, person, trigger event and channel. */
  touch: boolean;
  channel: Channel | null;
  category: Category | null;
  mode: TouchFacts['mode'];
  /** The vendor's request, rendered once. Its canonical JSON is stored and sent by every attempt. */
  payload: Json;
  /** The operation's own: how long after a deadline the vendor may still be committing. */
  settleMs: number;
  /** Stored only when the effect is claimed. */
  links?: NewLink[];
  /** Business time. */
  now: Iso;
  wireNow: number;
  companyTimezone: string;
  unreadable: string | null;
}

export type Decide = (facts: TouchFacts) => TouchDecision;

export type ClaimResult =
  /** The effect is ours to send. */
  | ({ kind: 'claimed' } & OpenEffect)
  /** Claimed before, with the same payload: its phase says what to do. */
  | ({ kind: 'existing' } & OpenEffect)
  /** Decided and written down; nothing may leave. */
  | { kind: 'shadow' }
  | Exclude<TouchDecision, { kind: 'send' }>;

/** The same key was claimed with another payload: one of the two was rendered anew instead of read from the store. */
export class PayloadConflictError extends Error {
  readonly key: string;
  constructor(key: string) {
    super(`effect ${key} was claimed with another payload`);
    this.name = 'PayloadConflictError';
    this.key = key;
  }
}

/**
 * The one door through which anything leaves. Locks account and person, reads the facts, asks `decide` (pure,
 * synchronous) and, on a yes, takes the touch's slot and stores the request, all in the caller's transaction. Every
 * answer is kept with its reason.
 * @param first begins the first attempt at once: nobody else can have begun one
 * @throws PayloadConflictError
 */
export async function claimEffect(
  tx: Tx,
  vault: Vault,
  request: EffectRequest,
  decide: Decide,
  first: { timeoutMs: number } | null = null,
): Promise<ClaimResult> {
  await lock(tx, { accounts: [request.account], persons: request.person === null ? [] : [request.person] });
  const payloadSha256 = sha256(canonicalJson(request.payload)).toString('hex');
  const [stored] = await tx.select().from(effect).where(eq(effect.key, request.key));
  if (stored) {
    if (stored.payloadSha256 !== payloadSha256) throw new PayloadConflictError(request.key);
    return { kind: 'existing', ...openEffect(vault, stored) };
  }
  const verdict = decide(await loadTouchFacts(tx, { ...request, effectKey: request.key }));
  await keepVerdict(tx, request, verdict);
  if (verdict.kind !== 'send') return verdict;
  if (verdict.shadow) return { kind: 'shadow' };

  const [row] = await tx
    .insert(effect)
    .values({
      ...request,
      idempotencyKey: sha256(request.tenant + request.key).toString('base64url'),
      phase: 'claimed',
      payload: vault.seal(request.payload),
      payloadSha256,
      attempt: first ? 1 : 0,
      attempts: first ? withNote([], firstNote(request)) : [],
      wireDeadlineAt: first && request.wireNow + first.timeoutMs,
      claimedAt: request.now,
      updatedAt: request.now,
      wireUpdatedAt: request.wireNow,
    })
    .returning();
  if (!row) throw new Error(`effect ${request.key} was not stored`);
  if (request.touch) await takeSlot(tx, request);
  await insertLinks(tx, request.links ?? [], request.now);
  return { kind: 'claimed', ...openEffect(vault, row) };
}

function firstNote({ now, wireNow }: EffectRequest): AttemptNote {
  return { attempt: 1, kind: 'send', at: now, wireAt: wireNow, firstByteAt: null, answer: null };
}

async function takeSlot(tx: Tx, request: EffectRequest): Promise<void> {
  const { key, account, product, person, triggerEventId, channel, now } = request;
  if (product === null || person === null || triggerEventId === null || channel === null) {
    throw new Error(`touch ${key} needs a product, a person, a trigger event and a channel`);
  }
  await tx
    .insert(touch)
    .values({ effectKey: key, account, product, person, triggerEventId, channel, state: 'reserved', at: now });
}

type About = Pick<
  EffectRequest,
  'key' | 'account' | 'product' | 'person' | 'journeyId' | 'triggerEventId' | 'operation' | 'now'
>;

/** One row an effect and answer, however often it is asked. */
export async function keepVerdict(tx: Tx, about: About, verdict: TouchDecision): Promise<void> {
  const { key, account, product, person, journeyId, triggerEventId, operation, now } = about;
  const kind = verdict.kind === 'send' && verdict.shadow ? 'shadow' : verdict.kind;
  const reason = verdict.kind === 'send' ? 'allowed' : verdict.reason;
  await recordDecision(tx, {
    dedupe: `${kind}:${reason}:${key}`,
    kind,
    account,
    product,
    person,
    journeyId,
    triggerEventId,
    effectKey: key,
    operation,
    reason,
    detail: verdict.kind === 'send' ? null : verdict.detail,
    until: verdict.kind === 'wait' ? verdict.until : null,
    at: now,
  });
}
