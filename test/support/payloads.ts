import type { Payload, PayloadCodec } from '@temporalio/common';

/** Every payload in a history, an event or any other message of Temporal's, wherever it stands. */
export function payloadsIn(message: unknown): Payload[] {
  return [...places(message)].map(({ payload }) => payload);
}

/** Puts what a codec makes of it in the place of every payload. The message itself is changed. */
export async function throughCodec<T>(
  message: T,
  convert: PayloadCodec['encode'] | PayloadCodec['decode'],
): Promise<T> {
  for (const { holder, name, payload } of places(message)) {
    const [converted] = await convert([payload]);
    Reflect.set(holder, name, converted);
  }
  return message;
}

function* places(holder: unknown): Generator<{ holder: object; name: string; payload: Payload }> {
  if (typeof holder !== 'object' || holder === null || ArrayBuffer.isView(holder)) return;
  for (const [name, child] of Object.entries(holder)) {
    // Search attributes are Temporal's to read: no codec touches them.
    if (name === 'searchAttributes') continue;
    if (isPayload(child)) yield { holder, name, payload: child };
    else yield* places(child);
  }
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && 'metadata' in value && 'data' in value;
}
