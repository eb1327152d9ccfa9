/** Signing in by an External Client App, as itself (client credentials) or by an assertion that its key proves (JWT bearer). */
import { sign } from 'node:crypto';
import type { ConnectDependencies } from '../kit/connector.ts';
import type { HostFetch } from '../kit/doors.ts';
import { AuthenticationError } from '../kit/errors.ts';
import { vendorRequest } from '../kit/http.ts';
import type { Call } from '../kit/operation.ts';
import { atMost } from '../kit/time-limit.ts';
import { classifyOAuth } from './errors.ts';
import { manifest, type SalesforceSettings } from './manifest.ts';
import { tokenReply } from './schemas.ts';

const SIGN_IN_MS = 20_000;
/** "The assertion must expire within three minutes", in seconds: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm */
const ASSERTION_SECONDS = 170;

export const origin = { connector: manifest.name, operation: 'sign in' };

export interface SignedIn {
  token: string;
  /** Where the answer says that the org's API is; not checked yet. */
  url: string;
}
export interface SignIn {
  send: (call: Call) => Promise<SignedIn>;
  /** Who signs in, and where: what stood under another one is no session of this connection any more. */
  as: () => string;
}

export function createSignIn(
  { connection, secret, budget }: Pick<ConnectDependencies, 'connection' | 'secret' | 'budget'>,
  { settings, fetch, base }: { settings: SalesforceSettings; fetch: HostFetch; base: string },
): SignIn {
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

  return {
    send: async (call) => {
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
        // All workers wait for this one, those too whose call has a click behind it.
        call: { ...atMost(call, SIGN_IN_MS), priority: 'click' },
      });
      return { token: body.access_token, url: body.instance_url };
    },
    // Without the secret itself: one that is replaced ends no session, and workers that have the new one already must
    // not throw away the token of those that have not.
    as: () => JSON.stringify([settings.flow, base, secretOf('client_id'), settings.username ?? null]),
  };
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
