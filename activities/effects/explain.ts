import type { Explained } from '../../connectors/kit/operation.ts';
import type { Json } from '../../domain/model.ts';
import type { EffectView } from '../../store/index.ts';
import type { Deps } from '../deps.ts';
import { isOperationName, operation } from './operations.ts';

/** A stored request in words; null where its connection is gone, or its bytes are erased or no longer understood. */
export function explainEffect(deps: Deps, effect: EffectView, payload: Json | null): Explained | null {
  const open = deps.connections.get(effect.connection);
  if (!open || payload === null || !isOperationName(effect.operation)) return null;
  try {
    return operation(open.capabilities, effect.operation)?.explain?.(payload, effect.idempotencyKey) ?? null;
  } catch {
    return null;
  }
}
