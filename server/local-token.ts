import os from 'node:os';
import path from 'node:path';
import type { Deps } from '../activities/deps.ts';
import { knowSecret } from '../connectors/kit/redact.ts';
import { findToken, inTransaction, keepToken, mintToken, revokeToken } from '../store/index.ts';
import { writeHubAddress } from './hub-address.ts';

/**
 * Lets the command line in that runs beside this server: hub.json says where, with a token of role admin. Servers of
 * one database have a token each, else the start of one would shut out the others' command lines.
 * @returns ends the token, unless another server of this data directory has taken its place
 */
export async function admitCommandLine(
  { store, now, log }: Pick<Deps, 'store' | 'now' | 'log'>,
  dataDir: string,
  url: string,
): Promise<() => Promise<void>> {
  const name = `local-cli@${os.hostname()}:${path.resolve(dataDir)}`;
  const token = mintToken();
  knowSecret(token);
  await inTransaction(store, (tx) => keepToken(tx, { name, role: 'admin', token, now: now() }));
  writeHubAddress(dataDir, { url, token });
  return async () => {
    try {
      await inTransaction(store, async (tx) => {
        if (await findToken(tx, token)) await revokeToken(tx, name, now());
      });
    } catch (error) {
      // The store may be what ended the server; the next start replaces the token.
      log.warn({ err: error }, `the token ${name} could not be revoked`);
    }
  };
}
