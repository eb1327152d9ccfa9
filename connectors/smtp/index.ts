import { type ConnectDependencies, defineConnector } from '../kit/connector.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { baseUrl, hostGuard } from '../kit/hosts.ts';
import { ownSettings } from '../kit/settings.ts';
import { webhookSecrets } from '../kit/webhook.ts';
import { manifest, type SmtpSettings, settings } from './manifest.ts';
import { sendMail } from './send.ts';
import { type Relay, tryLogin } from './submit.ts';
import { receiveMailReports } from './webhook.ts';

export const smtp = defineConnector({
  manifest,
  connect: (deps) => {
    const chosen = settings.parse(ownSettings(deps.connection));
    const relay = relayOf(deps, chosen);
    return {
      message: { send: sendMail(relay, { domain: chosen.domain, tenant: deps.config.company.name }, deps.clock) },
      receive: receiveMailReports(webhookSecrets(deps), deps.clock),
      check: (call) => tryLogin(relay, call),
    };
  },
});

/** A simulator on loopback has no certificate, so the mode alone decides about encryption there. */
function relayOf(deps: ConnectDependencies, { host, port, secure }: SmtpSettings): Relay {
  const guard = hostGuard(manifest, deps.connection);
  const { budget } = deps;
  const credentials = () => credentialsOf(deps);
  if (deps.connection.mode === 'sandbox') {
    const url = new URL(baseUrl(deps.connection, ''));
    return { guard, budget, host: url.hostname, port: Number(url.port || 25), secure: 'none', credentials };
  }
  if (secure === 'none') {
    throw new InvalidInputError('secure: none is for sandbox connections only; use starttls or tls', {
      connector: manifest.name,
      operation: 'connect',
    });
  }
  return { guard, budget, host, port, secure, credentials };
}

function credentialsOf({ connection, secret }: ConnectDependencies): { user: string; pass: string } | null {
  const { user, password } = connection.auth;
  if (user === undefined || password === undefined) return null;
  return { user: secret(user), pass: secret(password) };
}
