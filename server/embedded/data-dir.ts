import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What a data directory holds; every path is absolute. */
export type DataDir = {
  root: string;
  /** PostgreSQL's own directory, or a link to it where its user could not reach this place. */
  postgres: string;
  temporalDb: string;
  lock: string;
  /** Ports and pids of the embedded servers. */
  run: string;
  log: string;
  secrets: string;
};

/** Where `headroom up` keeps its data unless told otherwise: HEADROOM_DATA, else the place the XDG standard names. */
export function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (env.HEADROOM_DATA) return path.resolve(env.HEADROOM_DATA);
  return path.join(env.XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'headroom');
}

/** Makes the data directory where it is missing, readable by its owner alone. */
export function openDataDir(where: string): DataDir {
  const root = path.resolve(where);
  const dir: DataDir = {
    root,
    postgres: path.join(root, 'pg'),
    temporalDb: path.join(root, 'temporal', 'temporal.db'),
    lock: path.join(root, 'lock'),
    run: path.join(root, 'run'),
    log: path.join(root, 'log'),
    secrets: path.join(root, 'secrets'),
  };
  fs.mkdirSync(root, { recursive: true });
  // As root PostgreSQL runs as another user, who must be able to walk through to pg/, though not to look around.
  fs.chmodSync(root, process.getuid?.() === 0 ? 0o711 : 0o700);
  for (const folder of [path.dirname(dir.temporalDb), dir.run, dir.log, dir.secrets]) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  return dir;
}

/** A secret of this data directory, made at first use: 32 random bytes as base64url, in a file only its owner reads. */
export function secretOf(dir: DataDir, name: string): string {
  const file = path.join(dir.secrets, name);
  if (!fs.existsSync(file)) {
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
    fs.renameSync(draft, file);
  }
  return fs.readFileSync(file, 'utf8');
}

/** Deletes a data directory whose servers are stopped, wherever its parts lie. */
export function removeDataDir(where: string): void {
  const { postgres, root } = openDataDir(where);
  if (fs.lstatSync(postgres, { throwIfNoEntry: false })?.isSymbolicLink()) {
    fs.rmSync(path.resolve(root, fs.readlinkSync(postgres)), { recursive: true, force: true });
  }
  fs.rmSync(root, { recursive: true, force: true });
}
