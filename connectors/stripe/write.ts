import type { z } from 'zod';
import type { Json } from '../../domain/model.ts';
import type { WriteOperation } from '../kit/operation.ts';

type Of<Op> = Op extends WriteOperation<infer Input, Json, infer Result> ? { input: Input; result: Result } : never;

/** Stored bytes come back as plain JSON: `payload` says what they are and is checked before they are sent. */
export function defineWrite<Op extends WriteOperation<never, Json, Json>, Payload extends z.ZodType<Json>>(
  payload: Payload,
  operation: WriteOperation<Of<Op>['input'], z.output<Payload>, Of<Op>['result']>,
): WriteOperation<Of<Op>['input'], Json, Of<Op>['result']> {
  const { prepare, send, find, explain, ...rest } = operation;
  return {
    ...rest,
    prepare,
    send: (stored, call) => send(payload.parse(stored), call),
    ...(explain ? { explain: (stored: Json, key: string) => explain(payload.parse(stored), key) } : {}),
    ...(find ? { find: (stored: Json, call: Parameters<typeof find>[1]) => find(payload.parse(stored), call) } : {}),
  };
}
