// @ts-check
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isAlive, startTimeOf } from './process.mjs';

/** A take-over lasts microseconds; one this old was cut short by a crash. */
const ABANDONED_MS = 10_000;

/**
 * @typedef {{ pid: number, startTime: string | null, since: string, token: string }} Holder
 *   since: ISO time; startTime tells the process from a later one with the same pid
 */

/**
 * Takes an exclusive lock that a crash cannot leave behind: a file naming its process, void once that process is gone.
 * @param {string} file its folder must exist
 * @returns {{ held: true, release: () => void } | { held: false, holder: Holder }}
 */
export function tryLock(file) {
  /** @type {Holder} */
  const mine = {
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    since: new Date().toISOString(),
    token: randomUUID(),
  };
  const draft = `${file}.${mine.token}`;
  fs.writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      // link() creates the name and its whole content in one step, so nobody ever reads half a lock.
      if (linkUnlessThere(draft, file)) return { held: true, release: () => release(file, mine) };
      const holder = readHolder(file);
      if (holder && isHeld(holder)) return { held: false, holder };
      removeStale(file);
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * Waits for the lock, then works under it.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(holder: Holder) => void} [onWait] called once, when somebody else has it
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let lock = tryLock(file);
  if (!lock.held) onWait?.(lock.holder);
  while (!lock.held) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    lock = tryLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function linkUnlessThere(from, to) {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {Holder | null} null: gone, or not ours to understand
 */
function readHolder(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {Holder} holder */
function isHeld(holder) {
  return isAlive(holder.pid) && startTimeOf(holder.pid) === holder.startTime;
}

/**
 * Removes a lock whose process is gone. Under a mutex and after a second look: otherwise the slower of two processes
 * that both saw the stale lock would remove the fresh one of the faster.
 * @param {string} file
 */
function removeStale(file) {
  const mutex = `${file}.takeover`;
  try {
    fs.mkdirSync(mutex);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const madeAt = fs.statSync(mutex, { throwIfNoEntry: false })?.mtimeMs;
    if (madeAt !== undefined && Date.now() - madeAt > ABANDONED_MS) fs.rmSync(mutex, { recursive: true, force: true });
    return;
  }
  try {
    const holder = readHolder(file);
    if (!holder || !isHeld(holder)) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(mutex, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {Holder} mine
 */
function release(file, mine) {
  if (readHolder(file)?.token === mine.token) fs.rmSync(file, { force: true });
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
