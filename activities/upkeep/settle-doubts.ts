import {
  beginAttempt,
  confirm,
  inTransaction,
  listStalled,
  listUnclear,
  markUnclear,
  readEffect,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isOperationName, operation } from '../effects/operations.ts';

/** Longer than any attempt with all its retries in flight: who left these is not coming back soon. */
const STALLED_MS = 5 * 60_000;

/**
 * Looks once more at effects in doubt, where the vendor can tell. What it confirms is confirmed; what it does not know
 * stays unclear and visible. Nothing is ever sent from here.
 */
export async function settleDoubts(deps: Deps): Promise<{ settled: number; unclear: number }> {
  const { stalled, unclear } = await inTransaction(deps.store, async (tx) => ({
    stalled: await listStalled(tx, deps.wireNow() - STALLED_MS),
    unclear: (await listUnclear(tx)).map((effect) => effect.key),
  }));
  let settled = 0;
  for (const key of [...unclear, ...stalled]) if (await settleOne(deps, key)) settled += 1;
  const left = await inTransaction(deps.store, (tx) => listUnclear(tx));
  return { settled, unclear: left.length };
}

async function settleOne(deps: Deps, key: string): Promise<boolean> {
  const { store, connections } = deps;
  const seen = await inTransaction(store, (tx) => readEffect(tx, store.vault, key));
  const name = seen?.effect.operation ?? '';
  const open = seen && connections.get(seen.effect.connection);
  if (!seen || !open || !isOperationName(name)) return false;
  const op = operation(open.capabilities, name);
  if (!op?.find) {
    // Its journey has gone and nobody can ask the vendor: from here on it is a person's question.
    if (seen.effect.phase === 'sending') {
      await inTransaction(store, (tx) =>
        markUnclear(tx, key, { now: deps.now(), wireNow: deps.wireNow(), reason: 'nobody knows whether it arrived' }),
      );
    }
    return false;
  }
  const stamp = { now: deps.now(), wireNow: deps.wireNow() };
  const attempt = await inTransaction(store, (tx) =>
    beginAttempt(tx, store.vault, key, { ...stamp, timeoutMs: op.timeoutMs, judged: false, settleUnclear: true }),
  );
  if (attempt.kind !== 'look') return false;
  const call = {
    signal: AbortSignal.timeout(op.timeoutMs),
    deadline: performance.now() + op.timeoutMs,
    idempotencyKey: attempt.effect.idempotencyKey,
  };
  const found = await op.find(attempt.payload, call).catch((error: unknown) => {
    deps.log.warn({ err: error, effect: key }, 'a doubt could not be settled this time');
    return null;
  });
  if (found?.kind !== 'found') return false;
  return await inTransaction(store, (tx) =>
    confirm(tx, key, { now: deps.now(), wireNow: deps.wireNow(), result: found.result }),
  );
}
