import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../domain/model.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals payloads at rest with AES-256-GCM: nonce, tag and text in one buffer. */
export interface Vault {
  seal: (value: Json) => Buffer;
  /** @throws when the bytes were sealed with another key or altered */
  open: (sealed: Buffer) => Json;
}

export function openVault(key: Buffer): Vault {
  if (key.length !== 32) throw new Error(`the data key must have 32 bytes, this one has ${key.length}`);
  return {
    seal: (value) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const text = Buffer.concat([cipher.update(canonicalJson(value), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    open: (sealed) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8'));
    },
  };
}

/**
 * The key of the store's sealed payloads: HEADROOM_DATA_KEY (base64 of 32 bytes) where given, else a file in the data
 * directory that only its owner may read, made at the first start.
 */
export function readDataKey(dataDir: string, fromEnvironment: string | undefined): Buffer {
  if (fromEnvironment) {
    const key = Buffer.from(fromEnvironment, 'base64');
    if (key.length !== 32)
      throw new Error('HEADROOM_DATA_KEY must be 32 bytes in base64, as by: openssl rand -base64 32');
    return key;
  }
  const path = join(dataDir, 'data.key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(path, 0o600);
  }
  return Buffer.from(readFileSync(path, 'utf8'), 'base64');
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
