import { existsSync } from 'node:fs';
import path from 'node:path';
import type { LoadResult } from '../config/load.ts';
import { badInput } from './errors.ts';

const EXAMPLE = 'config/examples/tidewater';

/** Where the config is: as said, else ./config. @throws CliError when there is none */
export function findConfigFolder(given: string | undefined, cwd: string): string {
  const dir = path.resolve(cwd, given ?? 'config');
  if (existsSync(path.join(dir, 'headroom.yaml'))) return dir;
  if (given === undefined) {
    throw badInput(
      'there is no config here: ./config/headroom.yaml does not exist',
      `Name your folder with --config DIR, or begin with the example: --config ${EXAMPLE}`,
    );
  }
  throw badInput(`${given} is not a config folder: it holds no headroom.yaml`, `A whole example is in ${EXAMPLE}.`);
}

/** Reads and judges a config folder, with what references to secrets may find. */
export async function readConfig(dir: string, env: NodeJS.ProcessEnv): Promise<LoadResult> {
  // Loaded when asked for: templates and vendors' packages take a second that other commands need not wait.
  const [{ loadConfigFolder }, { connectors }] = await Promise.all([
    import('../config/load.ts'),
    import('../connectors/registry.ts'),
  ]);
  const manifests = Object.entries(connectors).map(([name, { manifest }]) => [name, manifest] as const);
  return loadConfigFolder(dir, { connectors: Object.fromEntries(manifests), env });
}
