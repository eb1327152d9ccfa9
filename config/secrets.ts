import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** The configuration cannot be used: shown to RevOps with the place, never as a stack trace. */
export class ConfigError extends Error {
  readonly path: string;
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'ConfigError';
    this.path = path;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Resolves `env:NAME` and `file:PATH` (relative to the config folder) at the moment of the call, so that a rotated
 * secret is taken up without a restart. Throws ConfigError that names the reference, never the value.
 */
export function secretResolver(env: Environment, dir: string): (reference: string) => string {
  return (reference) => {
    const value = lookUp(reference, env, dir);
    if (value) return value;
    const what = reference.startsWith('env:') ? 'the environment variable is not set' : 'the file is missing or empty';
    throw new ConfigError(reference, what);
  };
}

/** Null when the reference leads nowhere. */
export function lookUp(reference: string, env: Environment, dir: string): string | null {
  if (reference.startsWith('env:')) return env[reference.slice('env:'.length)]?.trim() || null;
  try {
    return readFileSync(resolve(dir, reference.slice('file:'.length)), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Whether others than its owner may read the file of a reference. Windows has no such bits. */
export function isOpenToOthers(reference: string, dir: string): boolean {
  if (!reference.startsWith('file:') || process.platform === 'win32') return false;
  const stats = statSync(resolve(dir, reference.slice('file:'.length)), { throwIfNoEntry: false });
  return stats !== undefined && (stats.mode & 0o077) !== 0;
}

/** A setting that may be a plain value or `env:NAME`: addresses in `roles` and `routing`. Null when not set. */
export function plainOrEnv(value: string, env: Environment): string | null {
  return value.startsWith('env:') ? lookUp(value, env, '.') : value;
}
