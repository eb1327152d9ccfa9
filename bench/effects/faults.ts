import type { FaultInput } from '../../sandbox/faults/fault.ts';
import { Rng } from '../worlds/common.mjs';
import type { Target } from './kinds.ts';

/** The chance that a call meets it. */
const CHANCES = { acceptThenReset: 0.05, acceptThenTimeout: 0.02, serverError: 0.03, rateLimited: 0.05 };
const HTTP_VENDORS = ['stripe', 'hubspot', 'slack', 'mixpanel'];
const RETRY_AFTER_SECONDS = 1;

function faultsOf(vendor: string): FaultInput[] {
  const { acceptThenReset, acceptThenTimeout, serverError, rateLimited } = CHANCES;
  return [
    { vendor, kind: 'accept_then_reset', probability: acceptThenReset },
    { vendor, kind: 'accept_then_timeout', probability: acceptThenTimeout },
    { vendor, kind: 'server_error', probability: serverError },
    { vendor, kind: 'rate_limited', probability: rateLimited, retryAfterSeconds: RETRY_AFTER_SECONDS },
  ];
}

/** Every vendor of the web fails from now on, reads and look-ups too. */
export async function failHttp(control: string): Promise<void> {
  await send(control, '/faults', HTTP_VENDORS.flatMap(faultsOf));
}

/** Every call to one vendor ends like this from now on. */
export async function failVendor(control: string, vendor: string, kind: 'hang' | 'server_error'): Promise<void> {
  await send(control, '/faults', [{ vendor, kind } satisfies FaultInput]);
}

/** Whether a vendor listens at all. */
export async function setVendor(control: string, vendor: string, state: 'down' | 'up'): Promise<void> {
  await send(control, `/vendors/${vendor}/${state}`, {});
}

export async function failNoMore(control: string): Promise<void> {
  await fetch(`${control}/faults`, { method: 'DELETE' });
}

const MAIL_FAULTS: [kind: string, chance: number][] = [
  ['accept_then_reset', CHANCES.acceptThenReset],
  ['accept_then_timeout', CHANCES.acceptThenTimeout],
  ['try_later_after_data', CHANCES.serverError],
  ['try_later', CHANCES.rateLimited],
];

/** The relay fails as often, one mail at a time, for recipients drawn from the seed. */
export async function failMail(control: string, targets: Target[], mails: number, seed: string): Promise<void> {
  const rng = new Rng(`${seed}/mail`);
  for (let n = 0; n < mails; n++) {
    const to = targets[n % targets.length]?.email ?? '';
    let left = rng.range(0, 1);
    const fault = MAIL_FAULTS.find(([, chance]) => {
      left -= chance;
      return left < 0;
    });
    if (fault) await send(control, '/acts/smtp/set_fault', { kind: fault[0], to, times: 1 });
  }
}

/** Every prompt that waits is seen: the product shows it, and so its ledger has it. */
export async function openProduct(control: string, hubUrl: string, targets: Target[]): Promise<void> {
  await send(control, '/hub', { url: hubUrl });
  for (const { account, userId } of targets) await send(control, '/acts/in_app/poll', { account, user: userId });
  await send(control, '/hub', { url: null });
}

async function send(control: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${control}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the sandbox refused ${path}: ${response.status} ${await response.text()}`);
}
