import { tryLock } from '../../scripts/bootstrap/lock-file.mjs';
import { openDataDir } from './data-dir.ts';

/** Another living process owns the data directory. */
export class DataDirInUseError extends Error {
  readonly code = 'data_dir_in_use';
}

/**
 * Takes a data directory for this process alone; a lock whose process is gone does not count. Two hubs on one
 * directory would adopt each other's servers and stop them under each other's feet.
 * @throws DataDirInUseError
 */
export function lockDataDir(dataDir: string): { release: () => void } {
  const dir = openDataDir(dataDir);
  const lock = tryLock(dir.lock);
  if (lock.held) return { release: lock.release };
  const { pid, since } = lock.holder;
  throw new DataDirInUseError(
    `the data directory ${dir.root} is in use by process ${pid} since ${since}; stop it or choose another with --data`,
  );
}
