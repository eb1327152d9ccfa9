import { isIP } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import type { UpOptions } from '../server/options.ts';
import { httpUrl, port } from './arguments.ts';
import type { Cli } from './cli.ts';
import { badInput } from './errors.ts';

/** Where `up` and `server` listen unless told otherwise. */
export const DEFAULT_PORT = 4670;
/** This machine only. */
const DEFAULT_HOST = '127.0.0.1';

export interface NetworkOptions {
  port: number;
  host?: string;
  publicUrl?: string;
}

/** What every command with an HTTP server takes. */
export function networkOptions(command: Command): Command {
  return publicUrlOption(
    command
      .option('--port <n>', 'port of the HTTP server; 0 takes any free one', port, DEFAULT_PORT)
      .option(
        '--host <address>',
        'address to listen on (default: HEADROOM_HOST, else 127.0.0.1: this machine only; 0.0.0.0: all)',
        ipAddress,
      ),
  );
}

export function publicUrlOption(command: Command): Command {
  return command.option(
    '--public-url <url>',
    'where customers and vendors reach the server (default: HEADROOM_PUBLIC_URL)',
    httpUrl,
  );
}

/** Options first, then the environment. @throws CliError where a variable cannot be meant */
export function readNetwork(
  { env }: Cli,
  options: NetworkOptions,
): Required<Pick<UpOptions, 'port' | 'host' | 'publicUrl'>> {
  return {
    port: options.port,
    host: options.host ?? fromEnv('HEADROOM_HOST', env, ipAddress) ?? DEFAULT_HOST,
    publicUrl: readPublicUrl({ env }, options),
  };
}

export function readPublicUrl({ env }: Pick<Cli, 'env'>, { publicUrl }: { publicUrl?: string }): string | null {
  return publicUrl ?? fromEnv('HEADROOM_PUBLIC_URL', env, httpUrl);
}

function fromEnv(name: string, env: Cli['env'], read: (text: string) => string): string | null {
  const text = env[name];
  if (!text) return null;
  try {
    return read(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw badInput(`${name} cannot be meant: ${text}`, error.message);
    throw error;
  }
}

function ipAddress(text: string): string {
  if (isIP(text) === 0)
    throw new InvalidArgumentError('It must be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all.');
  return text;
}
