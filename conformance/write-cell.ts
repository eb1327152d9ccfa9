import { setTimeout as sleep } from 'node:timers/promises';
import { isOperationName, operation } from '../activities/effects/operations.ts';
import { settleDoubts } from '../activities/upkeep/settle-doubts.ts';
import type { VisibleEntry, WriteFault, WriteSample } from '../connectors/kit/conformance.ts';
import { inTransaction, readEffect } from '../store/index.ts';
import type { Cell, Row } from './cell.ts';
import { attempt, type Driven, drive, type Effect } from './drive.ts';
import { WRITES } from './faults.ts';
import { judge } from './judge.ts';
import type { Lane } from './place.ts';
import { type OpenScene, openScene } from './scene.ts';
import type { Subject } from './subject.ts';
import { NotPlayedError, PLAYS } from './write-plays.ts';

/** What may still be on its way to the vendor when we have all answers. */
const AFTERMATH_MS = 300;
/** Of a cell that could not be played as it should. */
const REPLAYS = 3;

/** Plays one fault on one write: the real ledger on a real PostgreSQL against the twin, judged by the twin's ledger. */
export async function playWrite(
  subject: Subject,
  sample: WriteSample,
  fault: WriteFault,
  lane: Lane,
  row: Row,
): Promise<Cell> {
  const reason = sample.notApplicable?.[fault];
  if (reason !== undefined) return { state: 'not_applicable', reason };
  for (let left = REPLAYS; ; left--) {
    try {
      return await playOnce(subject, sample, fault, lane, row);
    } catch (error) {
      if (!(error instanceof NotPlayedError) || left === 0) throw error;
    }
  }
}

async function playOnce(subject: Subject, sample: WriteSample, fault: WriteFault, lane: Lane, row: Row): Promise<Cell> {
  const { settings } = sample;
  const scene = await openScene(subject, lane, { settings, hub: sample.look !== undefined });
  try {
    row.idempotency = operation(scene.capabilities, sample.operation)?.idempotency ?? 'not offered';
    const problem = await play(scene, sample, fault);
    return problem === null ? { state: 'passed' } : { state: 'failed', reason: problem, advice: WRITES[fault].advice };
  } catch (error) {
    if (error instanceof NotPlayedError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { state: 'failed', reason: message, advice: WRITES[fault].advice };
  } finally {
    await scene.close();
  }
}

async function play(scene: OpenScene, sample: WriteSample, fault: WriteFault): Promise<string | null> {
  const { operation: name } = sample;
  if (!isOperationName(name)) throw new Error(`there is no operation ${name}`);
  const op = operation(scene.capabilities, name);
  if (op === null) throw new Error(`the connector offers no ${name}`);
  const input = await sample.input(scene);
  const effect: Effect = {
    key: `${scene.id}:${name}`,
    operation: name,
    account: scene.account,
    connection: scene.open.name,
    input,
  };
  const before = scene.ledger().length;
  const driven = await PLAYS[fault]({
    scene,
    sample,
    effect,
    drive: (between) => drive(scene.core.deps, effect, between),
  });
  const again = await repeat(scene, effect, driven);
  await sample.look?.(scene);
  // The union of samples pairs each predicate with its own input, which an index loses.
  const isEffect = sample.isEffect as (entry: VisibleEntry, input: unknown, scene: OpenScene) => boolean;
  const effects = scene
    .ledger()
    .slice(before)
    .filter((entry) => isEffect(entry, input, scene));
  const { store } = scene.core;
  const row = await inTransaction(store, (tx) => readEffect(tx, store.vault, effect.key));
  const verdict = judge({ fault, idempotency: op.idempotency, effects, phase: row?.effect.phase ?? null, driven });
  return verdict ?? again;
}

/** Delivered once more, as after a crash just before the answer was kept, and looked at by upkeep: nothing may leave. */
async function repeat(scene: OpenScene, effect: Effect, driven: Driven): Promise<string | null> {
  await sleep(AFTERMATH_MS);
  if (driven.outcome === 'gave_up') return `gave up: ${driven.reason}`;
  const outcome = await attempt(scene.core.deps, effect);
  await settleDoubts(scene.core.deps);
  return outcome.kind === driven.outcome ? null : `ended as ${driven.outcome}, and then as ${outcome.kind}`;
}
