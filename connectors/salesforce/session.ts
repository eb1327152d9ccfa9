/** Signing in by an External Client App: one session for each connection of a process, made anew by us when it is over. */
import { sign } from 'node:crypto';
import type { ConnectDependencies } from '../kit/connector.ts';
import type { HostFetch } from '../kit/doors.ts';
import { AuthenticationError, InvalidInputError } from '../kit/errors.ts';
import { checkHost, type HostGuard } from '../kit/hosts.ts';
import { vendorRequest } from '../kit/http.ts';
import type { Call } from '../kit/operation.ts';
import { knowSecret } from '../kit/redact.ts';
import { callWithin, withDeadline } from '../kit/time-limit.ts';
import { classifyOAuth } from './errors.ts';
import { manifest, type SalesforceSettings } from './manifest.ts';
import { tokenReply } from './schemas.ts';

const SIGN_IN_MS = 20_000;
/** "The assertion must expire within three minutes", in seconds: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm */
const ASSERTION_SECONDS = 170;

const origin = { connector: manifest.name, operation: 'sign in' };

export interface Session {
  token: string;
  /** Where the org's API is: never beyond the connection's hosts. */
  url: string;
}
export interface Sessions {
  /** The session there is, else a new one; whoever asks meanwhile gets the same. */
  current: (call: Call) => Promise<Session>;
  /** This one is over. Nothing happens when another one has taken its place already. */
  forget: (session: Session) => void;
}

export function createSessions(
  { connection, secret, budget }: Pick<ConnectDependencies, 'connection' | 'secret' | 'budget'>,
  input: { settings: SalesforceSettings; guard: HostGuard; fetch: HostFetch; base: string },
): Sessions {
  const { settings, guard, fetch, base } = input;
  let session: Session | null = null;
  let signingIn: Promise<Session> | null = null;

  const secretOf = (name: string): string => {
    const reference = connection.auth[name];
    if (reference !== undefined) return secret(reference);
    throw new AuthenticationError(`flow: ${settings.flow} needs auth.${name}`, origin);
  };

  function grant(): Record<string, string> {
    const clientId = secretOf('client_id');
    if (settings.flow === 'client_credentials') {
      return { grant_type: settings.flow, client_id: clientId, client_secret: secretOf('client_secret') };
    }
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: clientId, sub: settings.username, aud: audienceOf(settings), exp: now + ASSERTION_SECONDS };
    const assertion = signedJwt(claims, secretOf('private_key'));
    return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
  }

  async function signIn(): Promise<Session> {
    const { body } = await vendorRequest({
      fetch,
      budget,
      ...origin,
      method: 'POST',
      url: `${base}/services/oauth2/token`,
      headers: { accept: 'application/json' },
      body: new URLSearchParams(grant()),
      schema: tokenReply,
      classify: classifyOAuth,
      // Not the call's own: others wait for the same answer, and one that is cancelled must not take it from them.
      call: callWithin(SIGN_IN_MS, { priority: 'click' }),
    });
    knowSecret(body.access_token);
    return { token: body.access_token, url: instanceUrl(body.instance_url, guard) };
  }

  return {
    current: async (call) => {
      if (session) return session;
      signingIn ??= signIn()
        .then((made) => {
          session = made;
          return made;
        })
        .finally(() => {
          signingIn = null;
        });
      return withDeadline(call, signingIn, origin);
    },
    forget: (used) => {
      if (session === used) session = null;
    },
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

function audienceOf({ audience, my_domain }: SalesforceSettings): string {
  return audience ?? `https://${/\.sandbox\.my\./.test(my_domain) ? 'test' : 'login'}.salesforce.com`;
}

/** RS256 (RFC 7515), the only algorithm that Salesforce takes here. */
function signedJwt(claims: object, privateKey: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  // In an environment variable the lines of a PEM stand behind one another, with \n between them.
  const pem = privateKey.replaceAll('\\n', '\n');
  try {
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), pem).toString('base64url')}`;
  } catch (cause) {
    throw new AuthenticationError('auth.private_key is no RSA private key in PEM form', { ...origin, cause });
  }
}
