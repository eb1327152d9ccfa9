import { mayBeResent } from '../../domain/effect/repair.ts';
import {
  inTransaction,
  listSettleable,
  listStalled,
  listUnclear,
  markUnclear,
  readEffect,
  reopen,
  sendAfter,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { lookAgain } from '../effects/look-again.ts';
import { isOperationName, operation, operationNames } from '../effects/operations.ts';

/** Longer than any attempt with all its retries in flight: who left these is not coming back soon. */
const STALLED_MS = 5 * 60_000;

export interface Doubts {
  settled: number;
  /** The vendor says that they never arrived: judged again and sent, each by an errand of its own. */
  again: number;
  unclear: number;
}

/**
 * Looks once more at effects in doubt, where the vendor can tell. What arrived is confirmed, what did not is sent after
 * all; what nobody can tell stays unclear and visible. Nothing is sent from here.
 */
export async function settleDoubts(deps: Deps): Promise<Doubts> {
  const { stalled, unclear } = await inTransaction(deps.store, async (tx) => ({
    stalled: await listStalled(tx, deps.wireNow() - STALLED_MS),
    unclear: await listSettleable(tx, findable(deps)),
  }));
  const ends = { settled: 0, again: 0, left: 0 };
  for (const key of [...unclear, ...stalled]) ends[await settleOne(deps, key)] += 1;
  const left = await inTransaction(deps.store, (tx) => listUnclear(tx));
  return { settled: ends.settled, again: ends.again, unclear: left.length };
}

/** Where the vendor can be asked; the others stay as they are, and would only keep these from their turn. */
function findable({ connections }: Deps): { connection: string; operation: string }[] {
  return connections.all.flatMap(({ name: connection, capabilities }) =>
    operationNames()
      .filter((name) => operation(capabilities, name)?.find)
      .map((name) => ({ connection, operation: name })),
  );
}

async function settleOne(deps: Deps, key: string): Promise<'settled' | 'again' | 'left'> {
  const { store, connections } = deps;
  const seen = await inTransaction(store, (tx) => readEffect(tx, store.vault, key));
  const name = seen?.effect.operation ?? '';
  const open = seen && connections.get(seen.effect.connection);
  const op = open && isOperationName(name) ? operation(open.capabilities, name) : null;
  // Whoever waits in `claimed` waits for its time, and its journey comes back to it.
  if (!seen || !op || seen.effect.phase === 'claimed') return 'left';
  const { effect } = seen;
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  if (op.find) {
    const found = await lookAgain(deps, op, key);
    if (found.kind === 'found') return 'settled';
    if (found.kind === 'unknown' && found.lasting && effect.phase === 'sending') {
      // Its journey has gone: from now on it is a person's question, and shown as one.
      await inTransaction(store, (tx) => markUnclear(tx, key, { ...stamp, reason: found.reason }));
      return 'left';
    }
    if (found.kind !== 'absent' || !mayBeResent(name)) return 'left';
    return await inTransaction(store, async (tx) => {
      const at = { ...effect, attempt: found.attempt };
      if (!(await reopen(tx, at, { from: ['sending', 'unclear'], ...stamp }))) return 'left';
      await sendAfter(tx, at, { resendIfUnknown: false, now: deps.now() });
      return 'again';
    });
  }
  if (effect.phase !== 'sending') return 'left';
  // Its journey has gone. Where doing it twice is doing it once it is simply done; elsewhere it is a person's question.
  return await inTransaction(store, async (tx) => {
    if (op.idempotency === 'none') {
      await markUnclear(tx, key, { ...stamp, reason: 'nobody knows whether it arrived' });
      return 'left';
    }
    await sendAfter(tx, effect, { resendIfUnknown: false, now: deps.now() });
    return 'again';
  });
}
