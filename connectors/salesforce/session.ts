/**
 * One session a connection, however many workers: the shared token keeper has it, sealed, until Salesforce says that it
 * is over. Nothing says beforehand when that will be.
 */
import { z } from 'zod';
import type { AccessToken, ConnectDependencies } from '../kit/connector.ts';
import { InvalidInputError, TransientError } from '../kit/errors.ts';
import { checkHost, type HostGuard } from '../kit/hosts.ts';
import type { Call } from '../kit/operation.ts';
import { knowSecret } from '../kit/redact.ts';
import { origin, type SignedIn, type SignIn } from './sign-in.ts';

/** What the keeper keeps of an answer: a token is good for nothing without the address that it opens. */
const keptSession = z.object({ as: z.string(), token: z.string().min(1), url: z.url() });

export interface Session {
  token: string;
  /** Origin of the org's API: never beyond the connection's hosts. */
  url: string;
  /** As the keeper has it. */
  kept: string;
}
export interface Sessions {
  /** The session there is, else a new one: whoever asks meanwhile, in whichever worker, gets the same. */
  current: (call: Call) => Promise<Session>;
  /** This one is over. Nothing happens when another one has taken its place already. */
  forget: (session: Session) => Promise<void>;
}

export function createSessions(
  { tokens }: Pick<ConnectDependencies, 'tokens'>,
  signIn: SignIn,
  guard: HostGuard,
): Sessions {
  let opened: Session | null = null;

  async function signedIn(call: Call): Promise<AccessToken> {
    const { token, url }: SignedIn = await signIn.send(call);
    knowSecret(token);
    const session = { as: signIn.as(), token, url: instanceUrl(url, guard) };
    return { value: JSON.stringify(session), expiresAt: null };
  }

  /** @returns null for what another app or user signed in to, or to another org, before config was changed */
  function open(kept: string): Session | null {
    if (opened?.kept === kept) return opened;
    const { data } = keptSession.safeParse(asJson(kept));
    if (data?.as !== signIn.as()) return null;
    knowSecret(data.token);
    opened = { token: data.token, url: instanceUrl(data.url, guard), kept };
    return opened;
  }

  return {
    current: async (call) => {
      for (const _ of ['what there is', 'what is ours']) {
        const kept = await tokens.use(signedIn, call);
        const session = open(kept);
        if (session) return session;
        await tokens.drop(kept);
      }
      // Workers of the old config and of the new one run side by side, and each has just replaced the other's.
      throw new TransientError('another worker signs in to Salesforce by other settings', origin);
    },
    forget: ({ kept }) => tokens.drop(kept),
  };
}

/** Every later request carries the token there: an address that is not the connection's own is never followed. */
function instanceUrl(text: string, guard: HostGuard): string {
  const url = new URL(text);
  try {
    checkHost(guard, url.hostname);
    if (guard.mode === 'live' && url.protocol !== 'https:') throw new Error('not https');
  } catch (cause) {
    const message = `Salesforce says that the org is at ${url.origin}, which is not my_domain (${guard.hosts.join(', ')}): correct my_domain`;
    throw new InvalidInputError(message, { ...origin, cause });
  }
  return url.origin;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
