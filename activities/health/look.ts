import type { Connection } from '../../config/schema/index.ts';
import { daysToExpiry, expiryWarning, judgeConnection, WHAT_TO_DO } from '../../domain/connection/judge.ts';
import type { ConnectionFacts } from '../../domain/connection/types.ts';
import {
  inTransaction,
  listPauses,
  lockHealth,
  pausedUntil,
  recentCalls,
  recordHealth,
  sweepFailure,
  type TransitionRow,
  type Tx,
  tellIfDue,
  warnOnce,
} from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isPausedForCredentials } from '../effects/credentials.ts';
import { silentSources } from './silent.ts';

/** Looks how every connection is and writes down what has changed: for `status`, for the log, and for its owner. */
export async function lookAtConnections(deps: Deps): Promise<void> {
  const shared = await inTransaction(deps.store, async (tx) => ({
    pauses: (await listPauses(tx)).filter((pause) => pause.scope === 'connection'),
    calls: await recentCalls(tx, deps.wireNow()),
    silent: await silentSources(deps, tx),
  }));
  for (const { name } of deps.connections.all) {
    const transition = await inTransaction(deps.store, async (tx) => {
      const stamp = { now: deps.now(), wireNow: deps.wireNow() };
      const pause = shared.pauses.find((one) => one.name === name);
      const refused = pause !== undefined && isPausedForCredentials(pause);
      const before = await lockHealth(tx, name, stamp);
      const facts: ConnectionFacts = {
        wireNow: stamp.wireNow,
        credentialsRefused: refused ? pause.reason : null,
        pausedByHand: pause && !refused ? `${pause.reason} (${pause.by})` : null,
        waits: await pausedUntil(tx, name, stamp.wireNow),
        calls: shared.calls.get(name) ?? { ok: 0, failed: 0, limited: 0 },
        sweepFailed: await sweepFailure(tx, before),
        heldBackSince: deps.heldBackSince(name),
        silentSince: shared.silent.get(name) ?? null,
        expires: firstToExpire(deps.configs.current().config.connections[name]),
      };
      const made = await recordHealth(tx, before, judgeConnection(facts, before.reason), stamp);
      await tellIfDue(tx, name, stamp);
      await warnOfExpiry(tx, name, facts, stamp.now);
      return made;
    });
    if (transition) logTransition(deps, transition);
  }
}

/** Of the credentials whose end config knows. */
function firstToExpire(connection: Connection | undefined): ConnectionFacts['expires'] {
  const [first] = Object.entries(connection?.expires ?? {}).toSorted(([, a], [, b]) => (a < b ? -1 : 1));
  return first ? { secret: first[0], at: `${first[1]}T00:00:00.000Z` } : null;
}

async function warnOfExpiry(tx: Tx, connection: string, facts: ConnectionFacts, now: string): Promise<void> {
  const days = expiryWarning(daysToExpiry(facts));
  if (days === null || facts.expires === null) return;
  const { secret, at: expiresAt } = facts.expires;
  await warnOnce(tx, { connection, secret, expiresAt, days }, now);
}

function logTransition(
  { log }: Deps,
  { connection, fromState, fromReason, state, reason, detail }: TransitionRow,
): void {
  const line = { connection, from: fromReason ?? fromState, to: reason ?? state };
  if (reason === null) log.warn(line, `${connection} is healthy again`);
  else log.warn(line, `${connection} is ${state}: ${detail}. ${WHAT_TO_DO[reason]}`);
}
