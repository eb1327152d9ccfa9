import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { removeDataDir } from '../server/embedded/data-dir.ts';
import { startPostgres } from '../server/embedded/postgres.ts';

/** A database of its own for cells that are played one after another. */
export interface Lane {
  databaseUrl: string;
  dataKey: Buffer;
  folder: string;
}

export interface Place {
  /** @returns the same lanes, however often it is asked */
  lane: (index: number) => Promise<Lane>;
  close: () => Promise<void>;
}

/** A real PostgreSQL for the effect ledger: the given one, whose user may create databases, else an embedded one. */
export async function openPlace(databaseUrl: string | undefined): Promise<Place> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'headroom-conformance-'));
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'headroom-conformance-pg-'));
  const own = databaseUrl === undefined ? await startPostgres({ dataDir, log: () => {} }) : null;
  const server = databaseUrl ?? own?.url ?? '';
  const run = randomBytes(4).toString('hex');
  const lanes = new Map<number, Promise<Lane>>();
  const names: string[] = [];

  const make = async (index: number): Promise<Lane> => {
    const name = `conformance_${run}_${index}`;
    names.push(name);
    await admin(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return { databaseUrl: url.toString(), dataKey: randomBytes(32), folder };
  };
  return {
    lane: (index) => {
      const known = lanes.get(index) ?? make(index);
      lanes.set(index, known);
      return known;
    },
    close: async () => {
      if (own) await own.stop();
      else for (const name of names) await admin(server, `drop database ${name} with (force)`);
      removeDataDir(dataDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function admin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
