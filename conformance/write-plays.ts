import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections } from '../activities/connections.ts';
import type { Deps } from '../activities/deps.ts';
import type { WriteFault, WriteSample } from '../connectors/kit/conformance.ts';
import type { FaultInput } from '../sandbox/faults/fault.ts';
import { inTransaction, readEffect } from '../store/index.ts';
import { type Driven, drive, type Effect } from './drive.ts';
import type { OpenScene } from './scene.ts';
import { SHORT, withWrites } from './short-times.ts';
import { playStopped } from './stopped-process.ts';

export interface Play {
  scene: OpenScene;
  sample: WriteSample;
  effect: Effect;
  drive: (between?: (tries: number) => Promise<void>) => Promise<Driven>;
}

const RETRY_AFTER_S = 1;
/** Past the deadline of an attempt, and past the time in which its vendor may still commit. */
const PAST_MS = SHORT.timeoutMs + SHORT.settleMs + 200;

/** How each fault is played. Each ends with the effect ended, or given up. */
export const PLAYS: { [F in WriteFault]: (play: Play) => Promise<Driven> } = {
  before_send: async ({ scene, drive }) => {
    await scene.twin().down();
    let down = true;
    return drive(async () => {
      if (down) await comeBack(scene);
      down = false;
    });
  },
  accept_then_reset: once('accept_then_reset'),
  accept_then_timeout: once('accept_then_timeout'),
  rate_limited: async (play) => {
    await strike(play, 'rate_limited', { kind: 'rate_limited', retryAfterSeconds: RETRY_AFTER_S });
    const driven = await play.drive();
    const [first] = driven.tries;
    const waitMs = first?.waitMs ?? 0;
    // Up to as much again may be added, so that workers do not come back together.
    if (waitMs < RETRY_AFTER_S * 1_000 || waitMs > RETRY_AFTER_S * 3_000)
      throw new Error(`Retry-After says ${RETRY_AFTER_S} s, the connector waits ${waitMs} ms (${first?.failure})`);
    return driven;
  },
  rate_limited_unsaid: async (play) => {
    await strike(play, 'rate_limited_unsaid', { kind: 'rate_limited' });
    const driven = await play.drive();
    const [first] = driven.tries;
    if (!first?.failure?.startsWith('rate_limited')) throw new Error(`a 429 became ${first?.failure ?? 'nothing'}`);
    return driven;
  },
  error_before: once('error_before', { kind: 'server_error' }),
  error_after: once('error_after', { kind: 'accept_then_error' }),
  hang: once('hang'),
  half_body: once('half_body'),
  wrong_shape: once('wrong_shape'),
  auth_expired: async (play) => {
    await strike(play, 'auth_expired', { kind: 'expired_token' });
    const driven = await play.drive();
    const failure = driven.tries[0]?.failure ?? null;
    if (play.scene.frame.faults.list().length > 0)
      throw new Error('the call with the expired credential was never made');
    // None: it has signed in again by itself, as with sessions.
    if (failure !== null && !failure.startsWith('authentication'))
      throw new Error(`a refused credential became ${failure}`);
    return driven;
  },
  restarted: async (play) => {
    await strike(play, 'accept_then_reset', { kind: 'accept_then_reset' });
    let restarted = false;
    return play.drive(async () => {
      if (restarted) return;
      restarted = true;
      await play.scene.twin().down();
      await comeBack(play.scene);
    });
  },
  two_workers: async ({ drive }) => {
    const [one, other] = await Promise.all([drive(), drive()]);
    if (one.outcome !== other.outcome)
      throw new Error(`one worker ended as ${one.outcome}, the other as ${other.outcome}`);
    return one;
  },
  commits_late: async (play) => {
    await strike(play, 'commits_late', { kind: 'slow', delayMs: SHORT.timeoutMs + SHORT.settleMs / 8 });
    let settledBy = Number.POSITIVE_INFINITY;
    const driven = await play.drive(async (tries) => {
      if (tries === 1) settledBy = await settleTime(play);
    });
    // What came of the first call, after it had been given up; a later one may have set the same once more.
    const givenUpAt = driven.tries[0]?.endedAt ?? 0;
    const late = play.scene.frame.ledger.entries.find(({ wireAt }) => wireAt >= givenUpAt);
    // Beyond its settle time a vendor may do what it likes: that is not what was to be played.
    if (late && late.wireAt >= settledBy && driven.outcome !== 'unclear')
      throw new NotPlayedError('the machine was too busy for the vendor to commit in time');
    return driven;
  },
  outlives_timeout: async ({ scene, effect }) => {
    const { deps } = scene.core;
    let announced = false;
    const late = slowedDown(deps, async () => {
      if (announced) return;
      announced = true;
      await sleep(PAST_MS);
    });
    const first = drive(late, effect);
    // Looked at below; until then its failure is no news.
    first.catch(() => {});
    await sleep(SHORT.timeoutMs / 2);
    const second = await drive(deps, effect);
    await first;
    if (!announced) throw new Error('the operation never awaited call.sending()');
    return second;
  },
  process_stopped: async ({ scene, effect, drive }) => playStopped(scene, effect, drive, PAST_MS),
};

/** What the cell wants to see did not come about on this machine: it says nothing, and is played again. */
export class NotPlayedError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotPlayedError';
  }
}

async function comeBack(scene: OpenScene): Promise<void> {
  try {
    await scene.twin().up();
  } catch (error) {
    throw new NotPlayedError(`the vendor's port was taken meanwhile: ${String(error)}`);
  }
}

/** Wire time from which the next attempt may look. */
async function settleTime({ scene: { core }, effect }: Play): Promise<number> {
  const { store } = core;
  const seen = await inTransaction(store, (tx) => readEffect(tx, store.vault, effect.key));
  return (seen?.effect.wireDeadlineAt ?? 0) + (seen?.effect.settleMs ?? 0);
}

/** The first call meets the fault, the next ones do not. */
function once(fault: WriteFault, as: Partial<FaultInput> = {}): (play: Play) => Promise<Driven> {
  return async (play) => {
    // Faults of the same name in the sandbox need no other words.
    await strike(play, fault, { kind: fault as FaultInput['kind'], ...as });
    return play.drive();
  };
}

async function strike({ scene, sample }: Play, fault: WriteFault, wire: Omit<FaultInput, 'vendor'>): Promise<void> {
  const own = sample.twinFaults?.[fault];
  if (own !== undefined) {
    await scene.act('set_fault', { kind: own, times: 1 });
    return;
  }
  if (!sample.request)
    throw new Error(
      `the sample names no request and no fault of the twin for ${fault}: say which, or why it cannot be`,
    );
  scene.frame.faults.add({ ...wire, vendor: scene.subject.name, match: sample.request, times: 1 });
}

/** The same hub, whose process is so slow that much time passes between the announcement and the first byte. */
export function slowedDown(deps: Deps, pause: () => Promise<void>): Deps {
  const all = deps.connections.all.map((open) => ({
    ...open,
    capabilities: withWrites(open.capabilities, (_, op) => ({
      ...op,
      send: (payload, call) =>
        op.send(payload, {
          ...call,
          sending: async () => {
            await call.sending();
            await pause();
          },
        }),
    })),
  }));
  return { ...deps, connections: openConnections(all) };
}
