import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { commandOf, isAlive } from '../../scripts/bootstrap/process.mjs';
import { type Child, type Log, launch, stopProcess, until } from './child.ts';
import { openDataDir, secretOf } from './data-dir.ts';
import { choosePort } from './ports.ts';
import { clusterOf, type PostgresBinaries, postgresBinaries, type ServerUser, serverUser } from './postgres-place.ts';

export type PostgresOptions = {
  dataDir: string;
  log: Log;
  /** This port and no other; otherwise the last one when free, else any. */
  port?: number;
};

export type RunningPostgres = Child & { port: number /** Of the database `headroom`. */; url: string };

const DATABASE = 'headroom';
const HOST = '127.0.0.1';
/** Recovery after a crash is counted in seconds at our sizes. */
const READY_MS = 60_000;
/** An old server's last backends need a moment to leave their shared memory; a taken port is found at once. */
const LAUNCHES = 20;

/** Small, because a laptop runs it beside everything else; durable, because it holds the effect ledger. */
const SETTINGS = {
  listen_addresses: HOST,
  shared_buffers: '64MB',
  max_connections: '60',
  jit: 'off',
  timezone: 'UTC',
};

type Cluster = {
  folder: string;
  password: string;
  user: ServerUser | null;
  binaries: PostgresBinaries;
  logFile: string;
};

/**
 * Starts the embedded PostgreSQL of a data directory, or adopts the one that a killed hub left running there.
 * Loopback only; fsync on.
 */
export async function startPostgres({ dataDir, log, port }: PostgresOptions): Promise<RunningPostgres> {
  const dir = openDataDir(dataDir);
  const user = serverUser();
  const cluster: Cluster = {
    folder: clusterOf(dir, user),
    password: secretOf(dir, 'postgres-password'),
    user,
    binaries: await postgresBinaries(user),
    logFile: path.join(dir.log, 'postgres.log'),
  };
  if (!fs.existsSync(path.join(cluster.folder, 'PG_VERSION'))) await initialise(cluster);

  const portFile = path.join(dir.run, 'postgres.port');
  const left = await adopt(cluster, port);
  const running = left ?? (await start(cluster, port, portFile));
  fs.writeFileSync(portFile, String(running.port));
  await ensureDatabase(cluster, running.port);
  log(`PostgreSQL ${left ? 'adopted' : 'started'}: process ${running.pid}, port ${running.port}`);
  return {
    ...running,
    adopted: left !== null,
    url: urlOf(cluster, running.port, DATABASE),
    // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one: https://www.postgresql.org/docs/18/server-shutdown.html
    stop: () =>
      stopProcess(running.pid, [
        ['SIGINT', 20_000],
        ['SIGQUIT', 5_000],
        ['SIGKILL', 5_000],
      ]),
  };
}

/** Under another name first: a start that was cut short leaves no half-made database behind. */
async function initialise({ folder, password, user, binaries }: Cluster): Promise<void> {
  const draft = `${folder}.new`;
  const passwordFile = `${folder}.password`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { mode: 0o700 });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const entry of [draft, passwordFile]) fs.chownSync(entry, user.uid, user.gid);
  const encoding = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=headroom', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  try {
    await promisify(execFile)(binaries.initdb, [`--pgdata=${draft}`, ...access, ...encoding], { ...user, cwd: draft });
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(draft, folder);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

/** The server that runs on this cluster, if it answers as ours; else whatever stands in a new one's way is removed. */
async function adopt(cluster: Cluster, port: number | undefined): Promise<{ pid: number; port: number } | null> {
  const pidFile = path.join(cluster.folder, 'postmaster.pid');
  if (!fs.existsSync(pidFile)) return null;
  // Line 1 is the pid, line 4 the port: https://www.postgresql.org/docs/18/storage-file-layout.html
  const lines = fs.readFileSync(pidFile, 'utf8').split('\n');
  const found = { pid: Number(lines[0]), port: Number(lines[3]) };
  if (isAlive(found.pid) && commandOf(found.pid).includes(cluster.folder)) {
    const wanted = port === undefined || port === found.port;
    if (wanted && (await until(async () => !isAlive(found.pid) || answers(cluster, found.port), 15_000))) {
      if (isAlive(found.pid)) return found;
    }
    await stopProcess(found.pid, [
      ['SIGINT', 10_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 5_000],
    ]);
  }
  fs.rmSync(pidFile, { force: true });
  return null;
}

async function start(
  cluster: Cluster,
  asked: number | undefined,
  portFile: string,
): Promise<{ pid: number; port: number }> {
  let last = fs.existsSync(portFile) ? Number(fs.readFileSync(portFile, 'utf8')) : undefined;
  let output = '';
  for (let attempt = 0; attempt < LAUNCHES; attempt++) {
    const port = await choosePort(asked, last);
    const { pid, output: outputNow } = launch({
      command: cluster.binaries.postgres,
      args: [
        '-D',
        cluster.folder,
        '-p',
        String(port),
        ...Object.entries({ ...SETTINGS, unix_socket_directories: socketFolder(cluster) ?? '' }).flatMap(
          ([key, value]) => ['-c', `${key}=${value}`],
        ),
      ],
      logFile: cluster.logFile,
      cwd: cluster.folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      user: cluster.user,
    });
    await until(async () => !isAlive(pid) || answers(cluster, port), READY_MS);
    if (isAlive(pid) && (await answers(cluster, port))) return { pid, port };
    if (isAlive(pid))
      await stopProcess(pid, [
        ['SIGQUIT', 5_000],
        ['SIGKILL', 5_000],
      ]);
    output = outputNow();
    last = undefined;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(
    `PostgreSQL did not start; the end of ${cluster.logFile}:\n${output.trim().split('\n').slice(-8).join('\n')}`,
  );
}

/**
 * A socket in the cluster's own folder costs about half of what loopback does. Null where its path is longer than the
 * system allows (104 bytes at the least), or there are none.
 */
function socketFolder({ folder }: Cluster): string | null {
  return process.platform === 'win32' || socketOf(folder, 65_535).length > 103 ? null : folder;
}

/** https://www.postgresql.org/docs/18/runtime-config-connection.html#GUC-UNIX-SOCKET-DIRECTORIES */
function socketOf(folder: string, port: number): string {
  return path.join(folder, `.s.PGSQL.${port}`);
}

/** Whether the server on a port is this cluster's: it takes our password and names our folder. */
async function answers(cluster: Cluster, port: number): Promise<boolean> {
  try {
    const [row] = await query(cluster, port, `select current_setting('data_directory') as folder`);
    return row?.folder === cluster.folder;
  } catch {
    return false;
  }
}

async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  const there = await query(cluster, port, `select 1 from pg_database where datname = '${DATABASE}'`);
  if (there.length === 0) await query(cluster, port, `create database ${DATABASE}`);
}

async function query(cluster: Cluster, port: number, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: urlOf(cluster, port, 'postgres'), connectionTimeoutMillis: 5_000 });
  // A server that dies during the question also emits an error event, which would otherwise end our process.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** By its socket where it has one: a server that an older version of us started may not. */
function urlOf({ folder, password }: Cluster, port: number, database: string): string {
  const socket = fs.existsSync(socketOf(folder, port)) ? `?host=${encodeURIComponent(folder)}` : '';
  return `postgres://headroom:${password}@${HOST}:${port}/${database}${socket}`;
}
