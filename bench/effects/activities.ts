import { createHash } from 'node:crypto';
import { beating } from '../../activities/beating.ts';
import type { OpenConnection } from '../../activities/connections.ts';
import type { Deps } from '../../activities/deps.ts';
import { internalEffect } from '../../activities/effects/about.ts';
import { type InputOf, type OperationName, operation } from '../../activities/effects/operations.ts';
import { performEffect } from '../../activities/effects/perform.ts';
import { forInternal } from '../../activities/effects/verdicts.ts';
import { createActivities } from '../../activities/index.ts';
import { toFailure } from '../../activities/map-errors.ts';
import type { Json } from '../../domain/model.ts';
import { type Item, keyOf } from './kinds.ts';
import { channelOf, requestOf } from './requests.ts';

export interface ItemOutcome {
  kind: string;
  reason: string | null;
  /** What the vendor gave the thing: ids that a later effect needs. */
  result: Json;
}

export interface LoadActivities {
  /** By the effect ledger, as every activity of ours does it. */
  performOnce: (item: Item) => Promise<ItemOutcome>;
  /** The vendor's calls alone: what an engineer without a ledger would write. */
  callBare: (item: Item) => Promise<ItemOutcome>;
}

/** The hub's own activities, and two that make any effect they are told to. */
export function loadActivities(deps: Deps): object {
  const wrap = (work: (item: Item) => Promise<ItemOutcome>) => (item: Item) =>
    beating(() => work(item)).catch((error: unknown) => Promise.reject(toFailure(error)));
  const mine: LoadActivities = {
    performOnce: wrap((item) => requestOf(item, deps.now(), (name, input) => performOnce(deps, item, name, input))),
    callBare: wrap((item) => requestOf(item, deps.now(), (name, input) => callBare(deps, item, name, input))),
  };
  return { ...createActivities(deps), ...mine };
}

async function performOnce<N extends OperationName>(
  deps: Deps,
  item: Item,
  name: N,
  input: InputOf<N>,
): Promise<ItemOutcome> {
  const { subject, kind, target } = item;
  const channel = channelOf(kind);
  const about = internalEffect({
    key: keyOf(item),
    account: target.account,
    product: 'core',
    journeyId: `bench:${subject}`,
  });
  const touch = { person: target.email, triggerEventId: `bench:${subject}`, channel, category: 'service' as const };
  const outcome = await performEffect(deps, {
    connection: connectionOf(deps, item, name),
    operation: name,
    about: channel === null ? about : { ...about, ...touch, customerFacing: true, touch: true },
    render: async () => ({ input }),
    decide: forInternal,
  });
  const reason = 'reason' in outcome ? outcome.reason : null;
  // Results of operations are JSON objects: they stand in the ledger as such.
  return { kind: outcome.kind, reason, result: outcome.kind === 'done' ? (outcome.result as Json) : null };
}

async function callBare<N extends OperationName>(
  deps: Deps,
  item: Item,
  name: N,
  input: InputOf<N>,
): Promise<ItemOutcome> {
  const op = operation(connectionOf(deps, item, name).capabilities, name);
  if (!op) throw new Error(`nobody can do ${name}`);
  const result = await op.send(op.prepare(input), {
    idempotencyKey: createHash('sha256')
      .update(deps.store.tenant + keyOf(item))
      .digest('base64url'),
    signal: AbortSignal.timeout(op.timeoutMs),
    deadline: performance.now() + op.timeoutMs,
    sending: async () => {},
  });
  return { kind: 'done', reason: null, result: result as Json };
}

function connectionOf({ connections }: Deps, { kind }: Item, name: OperationName): OpenConnection {
  const channel = channelOf(kind);
  const found =
    channel === null
      ? connections.all.find(({ capabilities }) => operation(capabilities, name) !== null)
      : connections.get(connections.channel(channel)?.name ?? '');
  if (!found) throw new Error(`no connection of this config can do ${kind}`);
  return found;
}
