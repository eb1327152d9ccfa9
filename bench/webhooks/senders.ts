import { createHmac } from 'node:crypto';

/** One delivery, as it stands on the wire. */
export interface Delivery {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** How a vendor signs what it sends, written from its documentation. */
export interface Sender {
  connection: string;
  path: string;
  contentType: string;
  secret: string;
  /** An event of which `word` is in the inbox: its id, or what it is about. */
  body: (word: string) => string;
  /** @param atMs wire time that the signature names */
  sign: (body: string, secret: string, atMs: number) => Record<string, string>;
}

/** https://docs.stripe.com/webhooks#verify-manually */
function stripe(secret: string): Sender {
  return {
    connection: 'billing',
    path: '/webhooks/billing',
    contentType: 'application/json',
    secret,
    body: (word) =>
      JSON.stringify({
        id: `evt_${word}`,
        object: 'event',
        type: 'customer.subscription.updated',
        created: Math.floor(Date.now() / 1_000),
        data: { object: { object: 'subscription', id: `sub_${word}`, customer: `cus_${word}` } },
      }),
    sign: (body, key, atMs) => {
      const at = Math.floor(atMs / 1_000);
      return { 'stripe-signature': `t=${at},v1=${hmac(key, `${at}.${body}`)}` };
    },
  };
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
function slack(secret: string): Sender {
  return {
    connection: 'chat',
    path: '/webhooks/chat/interactions',
    contentType: 'application/x-www-form-urlencoded',
    secret,
    body: (word) => {
      const payload = {
        type: 'block_actions',
        team: { id: 'T0SANDBOX1', domain: 'sandbox' },
        user: { id: 'U0BENCH001', name: 'bench' },
        channel: { id: 'C0BENCH001', name: 'expansion' },
        message: { ts: word },
        actions: [{ type: 'button', action_id: 'on_it', block_id: 'b', action_ts: word, value: word }],
      };
      return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    },
    sign: (body, key, atMs) => {
      const at = String(Math.floor(atMs / 1_000));
      return { 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${hmac(key, `v0:${at}:${body}`)}` };
    },
  };
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Every door that the example company has. */
export function sendersOf(secrets: Record<string, string>): Sender[] {
  return [stripe(secrets.STRIPE_WEBHOOK_SECRET ?? ''), slack(secrets.SLACK_SIGNING_SECRET ?? '')];
}

export function honest(sender: Sender, word: string, atMs = Date.now()): Delivery {
  const body = sender.body(word);
  const headers = { 'content-type': sender.contentType, ...sender.sign(body, sender.secret, atMs) };
  return { path: sender.path, headers, body };
}
