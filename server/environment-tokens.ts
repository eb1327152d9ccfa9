import type { Iso } from '../domain/model.ts';
import { type ApiRole, keepToken, type Tx } from '../store/index.ts';

/** Tokens that whoever runs the hub chooses, by the variable that holds them. */
const TOKENS: Record<string, { name: string; role: ApiRole }> = {
  HEADROOM_PRODUCT_TOKEN: { name: 'product', role: 'product' },
  HEADROOM_ADMIN_TOKEN: { name: 'admin', role: 'admin' },
};

export const TOKEN_VARIABLES = Object.keys(TOKENS);

/**
 * Keeps the tokens that the environment names; one that it names no longer goes on until somebody revokes it.
 * @throws when one value stands for two roles: the product would be an admin
 */
export async function keepEnvironmentTokens(tx: Tx, env: Record<string, string | undefined>, now: Iso): Promise<void> {
  const variables = new Map<string, string>();
  for (const [variable, { name, role }] of Object.entries(TOKENS)) {
    const token = env[variable];
    if (!token) continue;
    const other = variables.get(token);
    if (other !== undefined)
      throw new Error(`${other} and ${variable} hold the same token. Make another with: openssl rand -hex 32`);
    variables.set(token, variable);
    await keepToken(tx, { name, role, token, now });
  }
}

/** Names that the hub gives to tokens itself: a person's token of that name would be replaced at the next start. */
export function isOwnTokenName(name: string): boolean {
  return name.startsWith('local-cli') || Object.values(TOKENS).some((token) => token.name === name);
}
