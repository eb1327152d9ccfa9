import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const temporalRun = z.object({ pid: z.number(), port: z.number() });

/** Process ids of the servers that the hub of this data directory runs now; null while one is not there. */
export function serversOf(dataDir: string): {
  postgres: number | null;
  temporal: { pid: number; port: number } | null;
} {
  const postgres = Number(read(path.join(dataDir, 'pg', 'postmaster.pid'))?.split('\n')[0]);
  const temporal = temporalRun.safeParse(JSON.parse(read(path.join(dataDir, 'run', 'temporal.json')) ?? 'null'));
  return { postgres: postgres > 0 ? postgres : null, temporal: temporal.data ?? null };
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
