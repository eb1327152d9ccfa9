import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const KEY_BYTES = 32;
/** A ring on disk is looked at again at most this often while it is used; at once when a key is not known. */
const LOOK_AGAIN_MS = 1_000;

export interface DataKey {
  /** Fingerprint of the key: tells nothing of it, and is the same wherever the key is. */
  id: string;
  /** ISO 8601, real time; null where nobody wrote it down, as for keys from the environment. */
  madeAt: string | null;
  /** Keys of their own for each use: what one of them seals, another cannot open. */
  forStore: Buffer;
  forTemporal: Buffer;
  /** As used before keys had ids: opens payloads that were sealed then. */
  raw: Buffer;
}

/** The keys that payloads are sealed with, in the store and in Temporal. The first one seals, all of them open. */
export interface KeyRing {
  /** Newest first; never empty. */
  all: () => DataKey[];
  newest: () => DataKey;
  /** @throws MissingKeyError */
  find: (id: string) => DataKey;
  /** The file that `rotate` writes to; null: the keys come from the environment, which only its owner can change. */
  file: string | null;
}

/** Told once of each key: what fails for want of it may itself be kept sealed, where nobody sees why. */
export type OnMissing = (error: MissingKeyError) => void;

/** Something was sealed with a key that this process does not have. */
export class MissingKeyError extends Error {
  readonly keyId: string;
  constructor(id: string, ring: Pick<KeyRing, 'file'>) {
    const where = ring.file ?? 'HEADROOM_DATA_KEY';
    super(`sealed with the data key ${id}, which is not in ${where}: put it back there, after the first one`);
    this.name = 'MissingKeyError';
    this.keyId = id;
  }
}

/**
 * HEADROOM_DATA_KEY where given (keys of 32 bytes in base64, with commas between them, newest first), else a file in
 * the data directory that only its owner may read, made at the first start: a key a line, newest first, each with the
 * time it was made. The file is read again when it changes.
 */
export function readKeyRing(
  dataDir: string,
  fromEnvironment: string | undefined,
  onMissing: OnMissing = () => {},
): KeyRing {
  if (fromEnvironment) {
    const keys = fromEnvironment.split(',').map((text) => parseKey(text.trim(), 'HEADROOM_DATA_KEY'));
    return fixedRing(keys, onMissing);
  }
  const file = join(dataDir, 'data.key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, lineOf(randomBytes(KEY_BYTES), new Date()), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(file, 0o600);
  }
  return fileRing(file, onMissing);
}

/** Keys that never change while the process lives, newest first. */
export function fixedRing(keys: (DataKey | Buffer)[], onMissing: OnMissing = () => {}): KeyRing {
  const all = keys.map((key) => (Buffer.isBuffer(key) ? makeKey(key, null) : key));
  return ringOf(null, () => all, onMissing);
}

function fileRing(file: string, onMissing: OnMissing): KeyRing {
  let keys = readKeys(file);
  let seen = stampOf(file);
  let lookedAt = performance.now();
  const look = (again: boolean) => {
    if (!again && performance.now() - lookedAt < LOOK_AGAIN_MS) return keys;
    lookedAt = performance.now();
    const stamp = stampOf(file);
    if (stamp === seen) return keys;
    keys = readKeys(file);
    seen = stamp;
    return keys;
  };
  return ringOf(file, look, onMissing);
}

function ringOf(file: string | null, all: (again: boolean) => DataKey[], onMissing: OnMissing): KeyRing {
  const told = new Set<string>();
  const newest = () => {
    const [first] = all(false);
    if (!first) throw new Error(`${file ?? 'HEADROOM_DATA_KEY'} holds no data key`);
    return first;
  };
  newest();
  return {
    file,
    all: () => all(true),
    newest,
    find: (id) => {
      const found = all(false).find((key) => key.id === id) ?? all(true).find((key) => key.id === id);
      if (found) return found;
      const error = new MissingKeyError(id, { file });
      if (!told.has(id)) onMissing(error);
      told.add(id);
      throw error;
    },
  };
}

/** Puts a new key first in the ring's file: from now on it seals. @returns its id */
export function addKey(file: string, now: Date): string {
  const bytes = randomBytes(KEY_BYTES);
  replaceFile(file, lineOf(bytes, now) + readFileSync(file, 'utf8'));
  return makeKey(bytes, null).id;
}

/** Takes a key out of the ring's file for good: what it sealed can never be opened again. */
export function dropKey(file: string, id: string): void {
  const lines = linesOf(file).filter((line) => readLine(line, file).id !== id);
  replaceFile(file, lines.map((line) => `${line}\n`).join(''));
}

/** All or nothing, on disk before it counts: a ring cut in half would cost every sealed payload. */
function replaceFile(file: string, text: string): void {
  const draft = `${file}.new`;
  // Two that change the ring at once: the later one fails, and nothing is lost.
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}

function readKeys(file: string): DataKey[] {
  return linesOf(file).map((line) => readLine(line, file));
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function readLine(line: string, file: string): DataKey {
  const [text = '', madeAt = null] = line.split(/\s+/);
  return makeKey(parseKey(text, file), madeAt);
}

function parseKey(text: string, where: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new Error(
      `${where} must hold keys of ${KEY_BYTES} bytes in base64, as made by: openssl rand -base64 ${KEY_BYTES}`,
    );
  }
  return key;
}

function makeKey(raw: Buffer, madeAt: string | null): DataKey {
  if (raw.length !== KEY_BYTES) throw new Error(`a data key must have ${KEY_BYTES} bytes, this one has ${raw.length}`);
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', raw, '', `headroom/${use}`, KEY_BYTES));
  const id = createHash('sha256').update('headroom/key-id').update(raw).digest('hex').slice(0, 8);
  return { id, madeAt, forStore: derive('store'), forTemporal: derive('temporal'), raw };
}

function lineOf(key: Buffer, now: Date): string {
  return `${key.toString('base64')} ${now.toISOString()}\n`;
}

function stampOf(file: string): string {
  const { mtimeMs, ino, size } = statSync(file);
  return `${mtimeMs}/${ino}/${size}`;
}
