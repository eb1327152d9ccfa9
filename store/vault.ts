import { createHash } from 'node:crypto';
import type { Json } from '../domain/model.ts';
import type { KeyRing } from './keys.ts';
import { openBytes, sealBytes } from './sealing.ts';

/** Before each payload: how it is sealed, and the id of the key. */
const MARK = Buffer.from('HRv2', 'latin1');
const HEADER_BYTES = MARK.length + 4;
const NOTHING = Buffer.alloc(0);

/** Seals payloads at rest. */
export interface Vault {
  seal: (value: Json) => Buffer;
  /** @throws MissingKeyError; or when the bytes were altered */
  open: (sealed: Buffer) => Json;
}

export function openVault(ring: KeyRing): Vault {
  return {
    seal: (value) => {
      const { id, forStore } = ring.newest();
      const header = headerOf(id);
      return Buffer.concat([header, sealBytes(forStore, Buffer.from(canonicalJson(value), 'utf8'), header)]);
    },
    open: (sealed) => JSON.parse(openSealed(ring, sealed).toString('utf8')),
  };
}

/** What payloads sealed with this key begin with. */
export function headerOf(id: string): Buffer {
  return Buffer.concat([MARK, Buffer.from(id, 'hex')]);
}

function openSealed(ring: KeyRing, sealed: Buffer): Buffer {
  const header = sealed.subarray(0, HEADER_BYTES);
  if (!header.subarray(0, MARK.length).equals(MARK)) return openUnmarked(ring, sealed);
  const { forStore } = ring.find(header.subarray(MARK.length).toString('hex'));
  return openBytes(forStore, sealed.subarray(HEADER_BYTES), header);
}

/** From before keys had ids: one of them it was. */
function openUnmarked(ring: KeyRing, sealed: Buffer): Buffer {
  for (const { raw } of ring.all()) {
    try {
      return openBytes(raw, sealed, NOTHING);
    } catch {
      // Another key, or altered: the last line tells.
    }
  }
  throw new Error('a sealed payload cannot be opened: it was altered, or its data key is not there any more');
}

/** The same value always gives the same text: keys are sorted. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
