import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tryLock } from '../../scripts/bootstrap/lock-file.mjs';

/** What all processes of a demo take of the machine at most, Temporal and PostgreSQL among them, measured at 28,800. */
const CORES_AT_28_800 = 1.3;
/** More demos than this at once go as slowly as the last of these. */
const PLACES = 6;

/**
 * How many times slower a demo has to go beside those that came before it: none keeps up with its clock when they ask for
 * more than the machine has. Each that finds no room goes half as fast as the one before, so that together they fit.
 * @param place how many demos run already
 */
export function slowdown(place: number, cores: number, scale: number): number {
  const fit = Math.floor(cores / ((CORES_AT_28_800 * scale) / 28_800));
  return 2 ** Math.max(0, place + 1 - fit);
}

/** This demo's place among those that run on this machine, kept until it is left or the process is gone. */
export function takePlace(folder = path.join(os.tmpdir(), `headroom-demos-${os.userInfo().uid}`)): {
  place: number;
  leave: () => void;
} {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let place = 0; place < PLACES; place++) {
    const lock = tryLock(path.join(folder, `${place}.lock`));
    if (lock.held) return { place, leave: lock.release };
  }
  return { place: PLACES, leave: () => undefined };
}
