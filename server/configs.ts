import { z } from 'zod';
import type { Configs } from '../activities/deps.ts';
import { type LoadedConfig, type LoadResult, loadConfigFiles, loadConfigFolder, type Problem } from '../config/load.ts';
import type { Config } from '../config/schema/index.ts';
import { secretResolver } from '../config/secrets.ts';
import { connectors } from '../connectors/registry.ts';
import { applyConfigVersion, findConfigVersion, inTransaction, type Store } from '../store/index.ts';
import { type SandboxAddresses, withSandbox } from './open-connections.ts';

/** The config folder is not usable: every problem, for the person who wrote it. */
export class ConfigFolderError extends Error {
  readonly problems: Problem[];
  constructor(dir: string, problems: Problem[]) {
    const errors = problems.filter((problem) => problem.severity === 'error').length;
    super(`${dir} has ${errors} ${errors === 1 ? 'problem' : 'problems'}; headroom validate ${dir} shows them`);
    this.name = 'ConfigFolderError';
    this.problems = problems;
  }
}

const manifests = Object.fromEntries(Object.entries(connectors).map(([name, { manifest }]) => [name, manifest]));
const storedFiles = z.record(z.string(), z.string());

/** A hub that cannot reach its vendors must not look as if it ran. */
export class MissingSecretsError extends Error {
  constructor(missing: string[]) {
    super(
      `these secrets are missing:\n${missing.map((line) => `  ${line}`).join('\n')}\nSet them and start again, or try the config with --sandbox FILE`,
    );
    this.name = 'MissingSecretsError';
  }
}

/**
 * Every credential that a connection needs can be read. Webhook secrets are not asked for: without one its route
 * answers 503.
 * @throws MissingSecretsError
 */
function requireSecrets({ connections }: Config, secret: (reference: string) => string): void {
  const missing = Object.entries(connections).flatMap(([connection, { auth }]) =>
    Object.entries(auth).flatMap(([name, reference]) => {
      try {
        secret(reference);
        return [];
      } catch {
        return [`connections.${connection}.auth.${name}: ${reference}`];
      }
    }),
  );
  if (missing.length > 0) throw new MissingSecretsError(missing);
}

/** Customers would get links that lead nowhere. */
export class MissingPublicUrlError extends Error {
  constructor(live: string[]) {
    super(
      `nothing says where customers reach the hub, and these connections are live: ${live.join(', ')}\nName it with --public-url URL or HEADROOM_PUBLIC_URL, the same for every server and worker`,
    );
    this.name = 'MissingPublicUrlError';
  }
}

/**
 * Parts that run apart must be told their common address: each would put one of its own into links.
 * @throws MissingPublicUrlError
 */
export function requirePublicUrl({ connections }: Config, publicUrl: string | null): void {
  const live = Object.keys(connections).filter((name) => connections[name]?.mode === 'live');
  if (publicUrl === null && live.length > 0) throw new MissingPublicUrlError(live);
}

export interface ConfigSource {
  dir: string;
  env: Record<string, string | undefined>;
  /** Every connection points at a simulator instead of its vendor. */
  sandbox: SandboxAddresses | null;
}

/** @throws ConfigFolderError, MissingSecretsError */
export async function loadFolder({ dir, env, sandbox }: ConfigSource): Promise<LoadedConfig> {
  const loaded = swapped(dir, await loadConfigFolder(dir, { connectors: manifests, env }), sandbox);
  requireSecrets(loaded.config, secretResolver({ ...env, ...sandbox?.secrets }, dir));
  return loaded;
}

function swapped(dir: string, result: LoadResult, sandbox: SandboxAddresses | null): LoadedConfig {
  if (!result.ok) throw new ConfigFolderError(dir, result.problems);
  return sandbox === null ? result.config : { ...result.config, config: withSandbox(result.config.config, sandbox) };
}

/** Keeps the applied config as a version and hands out older ones to journeys that began with them. */
export async function openConfigs(
  store: Store,
  current: LoadedConfig,
  source: ConfigSource,
  by: { now: string; actor: string },
): Promise<Configs> {
  await inTransaction(store, (tx) =>
    applyConfigVersion(tx, {
      hash: current.hash,
      content: { ...current.files },
      appliedAt: by.now,
      appliedBy: by.actor,
    }),
  );
  const known = new Map<string, Promise<LoadedConfig>>([[current.hash, Promise.resolve(current)]]);
  const load = async (hash: string): Promise<LoadedConfig> => {
    const version = await inTransaction(store, (tx) => findConfigVersion(tx, hash));
    if (!version) throw new Error(`config version ${hash} is not in the store`);
    const files = storedFiles.parse(version.content);
    return swapped(
      source.dir,
      await loadConfigFiles(files, source.dir, { connectors: manifests, env: source.env }),
      source.sandbox,
    );
  };
  return {
    current: () => current,
    at: (hash) => {
      const found = known.get(hash) ?? load(hash);
      known.set(hash, found);
      // A failed look-up must not be remembered: the store may only have been away.
      found.catch(() => known.delete(hash));
      return found;
    },
  };
}
