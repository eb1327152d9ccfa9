import { isDeepStrictEqual } from 'node:util';
import type { VisibleEntry, WriteFault } from '../connectors/kit/conformance.ts';
import type { WriteOperation } from '../connectors/kit/operation.ts';
import type { EffectPhase, Json } from '../domain/model.ts';
import type { Driven } from './drive.ts';
import { WRITES } from './faults.ts';

export interface Evidence {
  fault: WriteFault;
  idempotency: WriteOperation<never, Json, Json>['idempotency'];
  /** What people at the vendor see. */
  effects: VisibleEntry[];
  /** Where our ledger stands at the end. */
  phase: EffectPhase | null;
  driven: Driven;
}

/**
 * What is wrong with how a write went, or null. The vendor's ledger decides: one visible effect, and ours knows of it.
 * Where nobody can ask the vendor, doubt may stay: then there is at most one, and it is never sent again.
 */
export function judge({ fault, idempotency, effects, phase, driven }: Evidence): string | null {
  // What is set twice to the same is set once; two tasks are two.
  const seen = idempotency === 'natural' ? distinct(effects) : effects;
  const what = seen.map(({ kind, id }) => `${kind} ${id}`).join(', ') || 'nothing';
  if (seen.length > 1) return `${seen.length} visible effects (${what})`;
  const mayDoubt = idempotency === 'none' && WRITES[fault].doubt;
  if (mayDoubt && phase === 'unclear') return null;
  const tried = driven.tries.map(({ failure }) => failure ?? 'ended').join(' → ');
  if (seen.length === 0) return `no visible effect, and the ledger says ${phase ?? 'nothing'} (${tried})`;
  if (phase !== 'confirmed') return `the vendor shows ${what}, but the ledger says ${phase ?? 'nothing'} (${tried})`;
  return null;
}

function distinct(effects: VisibleEntry[]): VisibleEntry[] {
  const shown = ({ kind, id, summary, data }: VisibleEntry) => ({ kind, id, summary, data });
  return effects.filter((one, i) => effects.findIndex((other) => isDeepStrictEqual(shown(other), shown(one))) === i);
}
