import { callWithin } from '../../connectors/kit/time-limit.ts';
import { addMs } from '../../domain/clock.ts';
import { FIRST_CHECK_MS, nextCheck } from '../../domain/connection/recheck.ts';
import type { Errand } from '../../domain/errand.ts';
import type { Iso } from '../../domain/model.ts';
import { type By, clearPause, inTransaction, listPauses } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isPausedForCredentials } from '../effects/credentials.ts';

const CHECK_MS = 10_000;

export interface Checked {
  works: boolean;
  /** What the vendor said, or why it could not be asked; null: it works, or there is nothing to ask. */
  problem: string | null;
  /** It stood still because of its credentials, and goes on from now on. */
  lifted: boolean;
}

/** One cheap call: do the credentials of this connection work? If so, a pause that their refusal has set ends. */
export async function checkConnection(deps: Deps, name: string, by: Omit<By, 'now'>): Promise<Checked> {
  const check = deps.connections.get(name)?.capabilities.check;
  if (!check) return { works: true, problem: null, lifted: false };
  try {
    await check(callWithin(CHECK_MS, { priority: 'click' }));
  } catch (error) {
    return { works: false, problem: error instanceof Error ? error.message : String(error), lifted: false };
  }
  const lifted = await inTransaction(deps.store, async (tx) => {
    const pauses = await listPauses(tx);
    const waits = pauses.some((one) => one.scope === 'connection' && one.name === name && isPausedForCredentials(one));
    return waits && (await clearPause(tx, { scope: 'connection', name }, { ...by, now: deps.now() }));
  });
  return { works: true, problem: null, lifted };
}

/** Every connection that stands still because its credentials were refused. @returns those that go on */
export async function liftPauses(deps: Deps): Promise<string[]> {
  const pauses = await inTransaction(deps.store, (tx) => listPauses(tx));
  const lifted: string[] = [];
  for (const pause of pauses.filter((one) => one.scope === 'connection' && isPausedForCredentials(one))) {
    const checked = await checkConnection(deps, pause.name, { actor: 'headroom', door: 'upkeep' });
    if (checked.lifted) lifted.push(pause.name);
  }
  return lifted;
}

/** Soon at first, then less and less often (domain/connection/recheck.ts), until they work or a person has decided. */
export async function checkCredentials(
  deps: Deps,
  { connection, wireSince }: Extract<Errand, { kind: 'check_credentials' }>,
): Promise<{ kind: 'ended'; as: string } | { kind: 'wait'; until: Iso }> {
  const since = deps.wireNow() - wireSince;
  const pauses = await inTransaction(deps.store, (tx) => listPauses(tx));
  const pause = pauses.find(({ scope, name }) => scope === 'connection' && name === connection);
  if (!pause || !isPausedForCredentials(pause)) return { kind: 'ended', as: 'not_paused' };
  if (since >= FIRST_CHECK_MS) {
    const { lifted } = await checkConnection(deps, connection, { actor: 'headroom', door: 'errand' });
    if (lifted) return { kind: 'ended', as: 'lifted' };
  }
  const wireMs = nextCheck(since) - since;
  return { kind: 'wait', until: addMs(deps.now(), wireMs * deps.clock.scale) };
}
