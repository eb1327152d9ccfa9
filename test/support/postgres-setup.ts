import type { TestProject } from 'vitest/node';
import { removeDataDir } from '../../server/embedded/data-dir.ts';
import { startPostgres } from '../../server/embedded/postgres.ts';
import { share } from './shared.ts';
import { tempDataDir } from './temp-data-dir.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL server whose user may create databases; tests take their own by `freshDatabase()`. */
    databaseUrl: string;
  }
}

/** One PostgreSQL for the whole run: TEST_DATABASE_URL where set, else an embedded one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { value, leave } = await share('postgres', start);
  project.provide('databaseUrl', value);
  return leave;
}

async function start(): Promise<{ value: string; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    console.log(`tests use the PostgreSQL of TEST_DATABASE_URL: ${new URL(given).host}`);
    return { value: given, stop: async () => {} };
  }
  const dataDir = tempDataDir();
  const postgres = await startPostgres({ dataDir, log: (line) => console.log(`tests use the embedded ${line}`) });
  const stop = async () => {
    await postgres.stop();
    removeDataDir(dataDir);
  };
  return { value: postgres.url, stop };
}
