import type { TestProject } from 'vitest/node';
import { removeDataDir } from '../../server/embedded/data-dir.ts';
import { startTemporal } from '../../server/embedded/temporal.ts';
import { share } from './shared.ts';
import { tempDataDir } from './temp-data-dir.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** host:port of a Temporal server with the namespace `default`; tests part themselves by task queue. */
    temporalAddress: string;
  }
}

/** One Temporal server for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { value, leave } = await share('temporal', start);
  project.provide('temporalAddress', value);
  return leave;
}

async function start(): Promise<{ value: string; stop: () => Promise<void> }> {
  const dataDir = tempDataDir();
  const temporal = await startTemporal({ dataDir, log: (line) => console.log(`tests use the embedded ${line}`) });
  const stop = async () => {
    await temporal.stop();
    removeDataDir(dataDir);
  };
  return { value: temporal.address, stop };
}
