/**
 * Sign-in by an External Client App: client credentials, or a JWT signed with the app's key. Sessions end after two
 * hours without use, on the wire clock, or when an administrator ends them.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm,
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
 */
import { createHmac, createPublicKey, randomBytes, timingSafeEqual, verify } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Json } from '../../../domain/model.ts';
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import type { Org } from './org.ts';

const TIMEOUT_MS = 2 * 3_600_000;
const AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];
/** The assertion may not live longer than this from now, and clocks differ a little. */
const LONGEST_SECONDS = 300;

export interface Sessions {
  alive: (authorization: string | undefined) => boolean;
  endAll: () => void;
}

class OAuthProblem extends Error {
  readonly body: Json;
  constructor(error: string, description: string) {
    super(description);
    this.body = { error, error_description: description };
  }
}

export function oauth(server: FastifyInstance, org: Org, context: TwinContext): Sessions {
  const used = new Map<string, number>();
  const { SALESFORCE_CLIENT_ID: clientId = '', SALESFORCE_CLIENT_SECRET: clientSecret = '' } = context.secrets;
  const { SALESFORCE_PRIVATE_KEY: privateKey } = context.secrets;
  // The app holds the certificate, that is the public half.
  const certificate = privateKey === undefined ? null : createPublicKey(privateKey);

  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  server.post<{ Body: Record<string, string> | null }>('/services/oauth2/token', async (request, reply) => {
    const form = request.body ?? {};
    try {
      if (form.grant_type === 'client_credentials') checkClient(form, request.headers.authorization);
      else if (form.grant_type === 'urn:ietf:params:oauth:grant-type:jwt-bearer') checkAssertion(form.assertion ?? '');
      else throw new OAuthProblem('unsupported_grant_type', 'grant type not supported');
    } catch (error) {
      if (error instanceof OAuthProblem) return reply.code(400).send(error.body);
      throw error;
    }
    const token = `${org.id.slice(0, 15)}!${randomBytes(36).toString('base64url')}`;
    used.set(token, Date.now());
    const identity = `https://login.salesforce.com/id/${org.id}/${org.integrationUser.Id}`;
    const issuedAt = String(Date.now());
    return {
      access_token: token,
      signature: createHmac('sha256', clientSecret)
        .update(identity + issuedAt)
        .digest('base64'),
      scope: 'api',
      instance_url: `http://${request.host}`,
      id: identity,
      token_type: 'Bearer',
      issued_at: issuedAt,
    };
  });

  function checkClient(form: Record<string, string>, authorization: string | undefined): void {
    const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
    const [id, secret] =
      basic === undefined
        ? [form.client_id, form.client_secret]
        : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    if (id !== clientId) throw new OAuthProblem('invalid_client_id', 'client identifier invalid');
    const [given, wanted] = [Buffer.from(secret ?? ''), Buffer.from(clientSecret)];
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
    throw new OAuthProblem('invalid_client', 'invalid client credentials');
  }

  function checkAssertion(assertion: string): void {
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const { alg } = jsonIn(header);
    const signed = Buffer.from(`${header}.${claims}`);
    const trusted =
      certificate !== null &&
      alg === 'RS256' &&
      verify('RSA-SHA256', signed, certificate, Buffer.from(signature, 'base64url'));
    if (!trusted) throw new OAuthProblem('invalid_grant', 'invalid assertion');
    const { iss, sub, aud, exp } = jsonIn(claims);
    const now = Date.now() / 1_000;
    if (iss !== clientId) throw new OAuthProblem('invalid_client_id', 'client identifier invalid');
    if (!AUDIENCES.includes(String(aud))) throw new OAuthProblem('invalid_grant', 'audience is invalid');
    if (typeof exp !== 'number' || exp <= now) throw new OAuthProblem('invalid_grant', 'expired authorization code');
    if (exp > now + LONGEST_SECONDS) throw new OAuthProblem('invalid_grant', 'expiration is too far in the future');
    if (sub !== org.integrationUser.Username) {
      throw new OAuthProblem('invalid_grant', "user hasn't approved this consumer");
    }
  }

  return {
    alive: (authorization) => {
      const token = /^(?:Bearer|OAuth) (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
      const last = used.get(token);
      if (last === undefined || Date.now() - last > TIMEOUT_MS) return false;
      used.set(token, Date.now());
      return true;
    },
    endAll: () => used.clear(),
  };
}

function jsonIn(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
