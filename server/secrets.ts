import { readFileSync } from 'node:fs';
import type { ResolveSecret } from '../connectors/kit/connector.ts';

/**
 * Reads a secret at the moment it is needed: `env:NAME` from `overrides` (the simulators' own credentials), else the
 * environment; `file:PATH` from disk, without its last line break.
 * @throws an Error that names the reference, never a value
 */
export function secretResolver(env: NodeJS.ProcessEnv, overrides: Record<string, string> = {}): ResolveSecret {
  return (reference) => {
    const [kind, ...rest] = reference.split(':');
    const name = rest.join(':');
    if (kind === 'env') {
      const value = overrides[name] ?? env[name];
      if (value) return value;
      throw new MissingSecretError(reference, `set the environment variable ${name}`);
    }
    try {
      const value = readFileSync(name, 'utf8').replace(/\r?\n$/, '');
      if (value) return value;
    } catch {
      // Falls through: a file that cannot be read is as missing as an empty one.
    }
    throw new MissingSecretError(reference, `put the secret into the file ${name}, readable by this process`);
  };
}

export class MissingSecretError extends Error {
  readonly reference: string;
  constructor(reference: string, remedy: string) {
    super(`the secret ${reference} is missing: ${remedy}`);
    this.name = 'MissingSecretError';
    this.reference = reference;
  }
}
