import path from 'node:path';
import { z } from 'zod';
import { defaultDataDir } from '../server/embedded/data-dir.ts';
import { type HubAddress, readHubAddress } from '../server/hub-address.ts';
import type { Cli } from './cli.ts';
import { badInput, CliError, EXIT } from './errors.ts';
import { inCommands } from './output/in-commands.ts';
import { waiting } from './progress.ts';

const TIMEOUT_MS = 30_000;

export type Query = Record<string, string | number | undefined>;

/** The hub's HTTP API, as commands use it. Whatever goes wrong is thrown as a CliError. */
export interface Hub {
  get: <T>(route: string, answer: z.ZodType<T>, query?: Query) => Promise<T>;
  post: <T>(route: string, answer: z.ZodType<T>, body: Record<string, unknown>) => Promise<T>;
}

/**
 * @param options `spin`: false where the caller shows progress of its own
 * @throws CliError when nothing says where a hub is
 */
export function connectHub(cli: Cli, options: { data?: string | undefined; spin?: boolean }): Hub {
  const address = findAddress(cli, options.data);
  const call = async <T>(method: 'GET' | 'POST', url: URL, answer: z.ZodType<T>, body?: Record<string, unknown>) => {
    const response = await send(address, method, url, body);
    return read(response, answer, address.url);
  };
  const during = <T>(text: string, work: () => Promise<T>) =>
    options.spin === false ? work() : waiting(cli, text, work);
  const urlOf = (route: string) => new URL(`${address.url.replace(/\/+$/, '')}/api/v1${route}`);
  return {
    get: (route, answer, query = {}) => {
      const url = urlOf(route);
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
      return during('asking the hub', () => call('GET', url, answer));
    },
    post: (route, answer, body) => during('telling the hub', () => call('POST', urlOf(route), answer, body)),
  };
}

function findAddress({ env, cwd }: Cli, data: string | undefined): HubAddress {
  if (env.HEADROOM_URL && data === undefined) {
    if (!URL.canParse(env.HEADROOM_URL)) {
      throw badInput(
        `HEADROOM_URL is not an address: ${env.HEADROOM_URL}`,
        'Set it to something like http://hub:4670.',
      );
    }
    if (env.HEADROOM_TOKEN) return { url: env.HEADROOM_URL, token: env.HEADROOM_TOKEN };
    throw badInput('HEADROOM_URL is set, but HEADROOM_TOKEN is not', 'Set it to a token of that hub.');
  }
  const dataDir = data === undefined ? defaultDataDir(env) : path.resolve(cwd, data);
  const address = readHubAddress(dataDir);
  if (address) return address;
  throw new CliError(`no hub has run on the data directory ${dataDir}`, {
    remedy: 'Start one with ./headroom up, name its directory with --data, or set HEADROOM_URL and HEADROOM_TOKEN.',
  });
}

async function send({ url: base, token }: HubAddress, method: string, url: URL, body?: Record<string, unknown>) {
  try {
    return await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw new CliError(`the hub at ${base} did not answer within ${TIMEOUT_MS / 1000} s`, {
        remedy: 'Its log may say why; try again in a moment.',
        cause: error,
      });
    }
    throw new CliError(`no hub answers at ${base}`, {
      remedy: 'Start one with ./headroom up, or set HEADROOM_URL to where it runs.',
      cause: error,
    });
  }
}

const refusal = z.object({ error: z.object({ message: z.string(), remedy: z.string().nullish() }) });
/** Statuses that say that the request itself cannot be meant. */
const BAD_INPUT = [400, 404, 422];

async function read<T>(response: Response, answer: z.ZodType<T>, base: string): Promise<T> {
  const text = await response.text();
  const content = parseJson(text);
  if (!response.ok) {
    const refused = refusal.safeParse(content);
    if (!refused.success) throw notAHub(base, response.status);
    const { message, remedy } = refused.data.error;
    const exitCode = BAD_INPUT.includes(response.status) ? EXIT.badInput : EXIT.failed;
    throw new CliError(message, { remedy: remedy ? inCommands(remedy) : null, exitCode });
  }
  const parsed = answer.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new CliError(
    `the hub at ${base} answers in a way this version does not know: ${z.prettifyError(parsed.error)}`,
    {
      remedy: 'Use the command line of the same version as the hub.',
    },
  );
}

function notAHub(base: string, status: number): CliError {
  return new CliError(`${base} answers (status ${status}), but not as a hub does`, {
    remedy: 'Check HEADROOM_URL, and what stands between here and the hub.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
