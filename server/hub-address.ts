import fs from 'node:fs';
import { isIPv6 } from 'node:net';
import path from 'node:path';
import { z } from 'zod';

const hubAddress = z.object({ url: z.url(), token: z.string().min(1) });

/** Where the hub of a data directory answers, and a token that may do everything there. */
export type HubAddress = z.infer<typeof hubAddress>;

/** Leaves word for the command line. Readable by the owner alone; readers see the old address or the new one. */
export function writeHubAddress(dataDir: string, { url, token }: HubAddress): void {
  const file = fileOf(dataDir);
  const draft = `${file}.${process.pid}`;
  // A draft left by a dead process of this pid could have other rights, which writing would keep.
  fs.rmSync(draft, { force: true });
  fs.writeFileSync(draft, `${JSON.stringify({ url, token })}\n`, { mode: 0o600 });
  fs.renameSync(draft, file);
}

/**
 * Null where no hub has run yet. The hub may have ended since.
 * @throws an Error that names the file when it holds something else
 */
export function readHubAddress(dataDir: string): HubAddress | null {
  const file = fileOf(dataDir);
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const read = hubAddress.safeParse(parseJson(text));
  if (!read.success) throw new Error(`${file} does not hold the address of a hub; delete it and start the hub again`);
  return read.data;
}

function fileOf(dataDir: string): string {
  return path.join(dataDir, 'hub.json');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Where programs of this machine reach what listens on a host and port. */
export function localUrl(host: string, port: number): string {
  // "All addresses" can be listened on, not called.
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}
