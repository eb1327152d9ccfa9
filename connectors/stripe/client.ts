/** The official package, tamed: one attempt, our deadline, our hosts, our names for errors. */
import Stripe from 'stripe';
import type { z } from 'zod';
import { withPermit } from '../kit/budget.ts';
import type { ConnectDependencies } from '../kit/connector.ts';
import { hostFetch } from '../kit/doors.ts';
import { NotSentError, OutcomeUnknownError, UnexpectedResponseError } from '../kit/errors.ts';
import { baseUrl, hostGuard } from '../kit/hosts.ts';
import type { Idempotency } from '../kit/network-errors.ts';
import type { Call, WriteCall } from '../kit/operation.ts';
import { mapStripeError, vendorPause } from './errors.ts';
import { API_VERSION, manifest } from './manifest.ts';

export interface StripeClient {
  read: <T>(
    operation: string,
    call: Call,
    shape: z.ZodType<T>,
    ask: (stripe: Stripe) => Promise<unknown>,
  ) => Promise<T>;
  /** Awaits `call.sending()` just before the request. `ask` passes `call.idempotencyKey` on, where Stripe takes one. */
  write: <T>(
    operation: string,
    call: WriteCall,
    idempotency: Idempotency,
    shape: z.ZodType<T>,
    ask: (stripe: Stripe) => Promise<unknown>,
  ) => Promise<T>;
}

export function stripeClient(dependencies: ConnectDependencies): StripeClient {
  const { connection, secret, budget } = dependencies;
  const guarded = hostFetch(hostGuard(manifest, connection));
  const url = new URL(baseUrl(connection, 'https://api.stripe.com'));
  // Notices about test mode would be printed into our own output.
  process.env.STRIPE_SUPPRESS_NOTICES ??= 'true';

  /** A client of its own for each call: the package takes neither a signal nor a deadline per request. */
  const stripeFor = (operation: string, call: Call) =>
    new Stripe(secret(connection.auth.key ?? ''), {
      apiVersion: API_VERSION,
      host: url.hostname,
      port: url.port || (url.protocol === 'https:' ? '443' : '80'),
      protocol: url.protocol === 'https:' ? 'https' : 'http',
      // Retries belong to Temporal. With the fetch client, 0 really is one attempt: the package's repeat after
      // ECONNRESET reads `error.code`, which fetch errors carry on their cause only.
      maxNetworkRetries: 0,
      timeout: Math.max(1, Math.floor(call.deadline - performance.now())),
      telemetry: false,
      appInfo: { name: 'headroom' },
      // The permit is taken here, where the endpoint is known; a write that dies while it waits is safe all the same,
      // since Stripe knows our key.
      httpClient: Stripe.createFetchHttpClient((input: string | URL | Request, init?: RequestInit) => {
        const use = { call, operation, keys: [endpointKey(input, init)] };
        const ready = () => checkDeadline(operation, call);
        const signal = AbortSignal.any([call.signal, ...(init?.signal ? [init.signal] : [])]);
        const isWell = ({ status }: { status: number }) => status < 500;
        return withPermit(budget, use, ready, () => guarded(input, { ...init, signal }), { isWell });
      }),
    });

  async function exchange<T>(
    operation: string,
    call: Call,
    idempotency: Idempotency | undefined,
    shape: z.ZodType<T>,
    ask: (stripe: Stripe) => Promise<unknown>,
  ): Promise<T> {
    const origin = { connector: manifest.name, operation };
    let reply: unknown;
    try {
      reply = await ask(stripeFor(operation, call));
    } catch (error) {
      const pause = vendorPause(error);
      if (pause) await budget.pause(pause.ms, pause.reason);
      throw mapStripeError(error, origin, idempotency);
    }
    const parsed = shape.safeParse(reply);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const message = `stripe answered ${operation} in an unknown shape: ${issue?.path.join('.') || 'the body'}: ${issue?.message}`;
    // The write was taken and only its answer is unreadable: a look-up can still settle it.
    if (idempotency !== undefined) throw new OutcomeUnknownError(message, origin);
    throw new UnexpectedResponseError(message, origin);
  }

  return {
    read: (operation, call, shape, ask) => {
      checkDeadline(operation, call);
      return exchange(operation, call, undefined, shape, ask);
    },
    write: async (operation, call, idempotency, shape, ask) => {
      checkDeadline(operation, call);
      await call.sending();
      checkDeadline(operation, call);
      return exchange(operation, call, idempotency, shape, ask);
    },
  };
}

/** An id of Stripe's: `sub_1MowQVLkdIwHu7ixeRlqHVzs`. */
const ID = /^[a-z]+_\w+$/;

/** Stripe counts each endpoint apart, by method and path without ids. https://docs.stripe.com/rate-limits */
function endpointKey(input: string | URL | Request, init?: RequestInit): string {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const path = pathname.split('/').map((part) => (ID.test(part) && /\d/.test(part) ? ':id' : part));
  return `endpoint:${init?.method ?? 'GET'} ${path.join('/')}`;
}

function checkDeadline(operation: string, call: Call): void {
  if (call.signal.aborted || performance.now() >= call.deadline) {
    const origin = { connector: manifest.name, operation, cause: call.signal.reason };
    throw new NotSentError('the deadline passed before anything was sent', origin);
  }
}
