import { AuthenticationError, RateLimitedError } from '../connectors/kit/errors.ts';
import type { Call } from '../connectors/kit/operation.ts';
import { callWithin } from '../connectors/kit/time-limit.ts';
import { REFRESH_MS } from '../domain/time-limits.ts';
import { inTransaction, readLinks } from '../store/index.ts';
import { takeCustomer } from './billing/take-customer.ts';
import { takeCrmAccountsById } from './crm/take-by-id.ts';
import type { Deps } from './deps.ts';
import { pauseForCredentials } from './effects/credentials.ts';

/** Wire time: how old our picture may be when a message leaves. */
const BILLING_MS = 5 * 60_000;
const CRM_MS = 15 * 60_000;
const SOON_MS = 30_000;

/**
 * Re-reads what guardrails rest on, where our picture is too old: the subscription and invoices at billing, tickets,
 * opt-outs and outreach at the CRM.
 * @returns what could not be read, as a sentence, or null: then nothing may be sent
 * @throws RateLimitedError where a vendor asks for a short wait
 */
export async function refreshAccount(deps: Deps, account: string): Promise<string | null> {
  const links = await inTransaction(deps.store, (tx) => readLinks(tx, [account]));
  const answers = await Promise.all([refreshBilling(deps, links), refreshCrm(deps, links)]);
  return answers.find((answer) => answer !== null) ?? null;
}

type Links = Awaited<ReturnType<typeof readLinks>>;

async function refreshBilling(deps: Deps, links: Links): Promise<string | null> {
  const billing = deps.connections.with('billing');
  if (!billing) return null;
  const old = tooOld(deps, links, billing.name, BILLING_MS);
  return await reading(deps, billing.name, old, async (call) => {
    for (const { externalId } of old) {
      const wireReadAt = deps.wireNow();
      const customer = await billing.use.readCustomer(externalId, call);
      if (customer) await takeCustomer(deps, billing.name, customer, wireReadAt);
    }
  });
}

async function refreshCrm(deps: Deps, links: Links): Promise<string | null> {
  const crm = deps.connections.with('crm');
  if (!crm) return null;
  const connection = crm.name;
  const late = tooOld(deps, links, connection, CRM_MS);
  // Without a fingerprint, what is stored may be the picture of another record.
  const old = links.filter(
    (link) => late.includes(link) || (link.connection === connection && link.fingerprint === null),
  );
  return await reading(deps, connection, old, async (call) => {
    const ids = old.map((link) => link.externalId);
    await takeCrmAccountsById(deps, { connection, crm: crm.use }, ids, call);
  });
}

function tooOld(deps: Deps, links: Links, connection: string, maxMs: number): Links {
  return links.filter((link) => link.connection === connection && deps.wireNow() - link.wireReadAt > maxMs);
}

async function reading(
  deps: Deps,
  connection: string,
  old: Links,
  read: (call: Call) => Promise<void>,
): Promise<string | null> {
  if (old.length === 0) return null;
  try {
    await read(callWithin(REFRESH_MS, { priority: 'message' }));
    return null;
  } catch (error) {
    if (error instanceof AuthenticationError) await pauseForCredentials(deps, connection, error);
    // Soon enough to be tried again as it is; only a longer wait is a reason to hold the message.
    if (error instanceof RateLimitedError && error.retryAfterMs <= SOON_MS) throw error;
    deps.log.warn({ err: error, connection }, 'a source that guardrails need could not be read');
    return `${connection} could not be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
