import type { Payload, PayloadCodec } from '@temporalio/common';
import { METADATA_ENCODING_KEY } from '@temporalio/common/lib/converter/types.js';
import protos from '@temporalio/proto';
import { type KeyRing, openBytes, sealBytes } from '../../store/index.ts';

/** As Temporal's own samples name it, so that tools know a sealed payload when they see one. */
export const SEALED = 'binary/encrypted';
export const KEY_ID = 'encryption-key-id';

const proto = protos.temporal.api.common.v1.Payload;

/**
 * Seals what leaves for Temporal, inputs, results, heartbeats, memos, failures, with the ring's newest key, and opens
 * it with the one that its metadata names. Payloads from before, in plain text, pass unchanged.
 * https://docs.temporal.io/payload-codec
 */
export function sealingCodec(ring: KeyRing): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => seal(ring, payload)),
    decode: async (payloads) => payloads.map((payload) => (isSealed(payload) ? open(ring, payload) : payload)),
  };
}

function seal(ring: KeyRing, payload: Payload): Payload {
  const { id, forTemporal } = ring.newest();
  const keyId = Buffer.from(id);
  const plain = proto.encode(payload).finish();
  return {
    metadata: { [METADATA_ENCODING_KEY]: Buffer.from(SEALED), [KEY_ID]: keyId },
    data: sealBytes(forTemporal, plain, keyId),
  };
}

/** @throws MissingKeyError; or when the bytes were altered */
function open(ring: KeyRing, { metadata, data }: Payload): Payload {
  const keyId = metadata?.[KEY_ID];
  if (!keyId || !data) throw new Error('a sealed payload names no key, or is empty');
  const { forTemporal } = ring.find(Buffer.from(keyId).toString());
  return proto.decode(openBytes(forTemporal, data, keyId));
}

export function isSealed({ metadata }: Payload): boolean {
  const encoding = metadata?.[METADATA_ENCODING_KEY];
  return encoding !== undefined && Buffer.from(encoding).toString() === SEALED;
}
