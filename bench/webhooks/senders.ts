import { createHash, createHmac } from 'node:crypto';

/** One delivery, as it stands on the wire. */
export interface Delivery {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** How a vendor proves that a delivery is its own, written from its documentation. */
export interface Sender {
  connection: string;
  path: string;
  contentType: string;
  secret: string;
  /** What the proof holds fast. What it does not, nobody can find changed. */
  proves: { time: boolean; body: boolean; address: boolean };
  /** An event of which `word` is in the inbox: its id, or what it is about. */
  body: (word: string) => string;
  /** The word, from what the inbox keeps. */
  wordOf: (row: { event_id: string; object: string }) => string;
  /** @param atMs wire time that the signature names */
  sign: (body: string, secret: string, atMs: number, path: string) => Record<string, string>;
  /** A moment as the headers have it. */
  stamp: (atMs: number) => string;
}

const SIGNED = { time: true, body: true, address: false };
const inSeconds = (atMs: number) => String(Math.floor(atMs / 1_000));

/** https://docs.stripe.com/webhooks#verify-manually */
function stripe(secret: string): Sender {
  return {
    connection: 'billing',
    path: '/webhooks/billing',
    contentType: 'application/json',
    secret,
    proves: SIGNED,
    body: (word) =>
      JSON.stringify({
        id: `evt_${word}`,
        object: 'event',
        type: 'customer.subscription.updated',
        created: Math.floor(Date.now() / 1_000),
        data: { object: { object: 'subscription', id: `sub_${word}`, customer: `cus_${word}` } },
      }),
    wordOf: ({ event_id }) => event_id.replace(/^evt_/, ''),
    sign: (body, key, atMs) => {
      const at = inSeconds(atMs);
      return { 'stripe-signature': `t=${at},v1=${hmac(key, `${at}.${body}`)}` };
    },
    stamp: inSeconds,
  };
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
function slack(secret: string): Sender {
  return {
    connection: 'chat',
    path: '/webhooks/chat/interactions',
    contentType: 'application/x-www-form-urlencoded',
    secret,
    proves: SIGNED,
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
    wordOf: ({ object }) => object,
    sign: (body, key, atMs) => {
      const at = inSeconds(atMs);
      return { 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${hmac(key, `v0:${at}:${body}`)}` };
    },
    stamp: inSeconds,
  };
}

/**
 * Signature v3: method, whole address, body and milliseconds, in base64.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
function hubspot(secret: string, hubUrl: string): Sender {
  return {
    connection: 'crm',
    path: '/webhooks/crm',
    contentType: 'application/json',
    secret,
    proves: { ...SIGNED, address: true },
    body: (word) =>
      JSON.stringify([
        {
          ...{ eventId: 1, subscriptionId: 3_923_621, portalId: 48_807_704, appId: 16_111_050, attemptNumber: 0 },
          ...{ subscriptionType: 'object.creation', objectTypeId: '0-5', objectId: word, changeSource: 'CRM_UI' },
          occurredAt: Date.now(),
        },
      ]),
    wordOf: ({ object }) => object.replace(/^tickets\//, ''),
    sign: (body, key, atMs, path) => {
      const at = String(atMs);
      const signature = hmac(key, `POST${hubUrl}${path}${body}${at}`, 'base64');
      return { 'x-hubspot-request-timestamp': at, 'x-hubspot-signature-v3': signature };
    },
    stamp: String,
  };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function mailReports(secret: string): Sender {
  return {
    connection: 'email',
    path: '/webhooks/email',
    contentType: 'application/json',
    secret,
    proves: SIGNED,
    body: (word) =>
      JSON.stringify({
        type: 'mail.bounced',
        timestamp: new Date().toISOString(),
        data: { message_id: `<${word}@bench.example>`, bounce: 'soft', reason: 'mailbox full' },
      }),
    wordOf: ({ object }) => object.replace(/^<|@.*$/g, ''),
    sign: (body, key, atMs) => {
      const at = inSeconds(atMs);
      // Of the message, so that one which comes again has the same.
      const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 24)}`;
      const bytes = key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : key;
      const signature = hmac(bytes, `${id}.${at}.${body}`, 'base64');
      return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
    },
    stamp: inSeconds,
  };
}

/** Mixpanel's cohorts, which are not signed: user and password are all. https://docs.mixpanel.com/docs/cohort-sync/webhooks */
function cohorts(login: string): Sender {
  return {
    connection: 'product_usage',
    path: '/webhooks/product_usage',
    contentType: 'application/json',
    secret: login,
    proves: { time: false, body: false, address: false },
    body: (word) =>
      JSON.stringify({
        action: 'members',
        parameters: {
          mixpanel_project_id: PROJECT,
          mixpanel_cohort_id: word,
          mixpanel_cohort_name: COHORT,
          mixpanel_session_id: word,
          page_info: { total_pages: 1, page_count: 1 },
          members: [{ mixpanel_distinct_id: 'u_1', company_id: 'acct-1' }],
        },
      }),
    wordOf: ({ object }) => object,
    sign: (_, key) => ({ authorization: `Basic ${Buffer.from(key).toString('base64')}` }),
    stamp: inSeconds,
  };
}

/** As the example's connection has it. */
const PROJECT = '3187201';
/** Of which the bench's config (bench/effects/world.ts) has a fact. */
const COHORT = 'Power users';

function hmac(key: string | Buffer, text: string, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHmac('sha256', key).update(text).digest(encoding);
}

/** Every door there is: of each connector that takes webhooks. */
export function sendersOf(secrets: Record<string, string>, hubUrl: string): Sender[] {
  const secretOf = (name: string): string => {
    const secret = secrets[name];
    if (!secret) throw new Error(`the sandbox has no secret ${name}`);
    return secret;
  };
  return [
    stripe(secretOf('STRIPE_WEBHOOK_SECRET')),
    slack(secretOf('SLACK_SIGNING_SECRET')),
    hubspot(secretOf('HUBSPOT_CLIENT_SECRET'), hubUrl),
    mailReports(secretOf('SMTP_WEBHOOK_SECRET')),
    cohorts(secretOf('MIXPANEL_WEBHOOK_LOGIN')),
  ];
}

export function honest(sender: Sender, word: string, atMs = Date.now()): Delivery {
  return signed(sender, sender.body(word), sender.secret, atMs);
}

export function signed(
  sender: Sender,
  body: string,
  secret: string,
  atMs = Date.now(),
  signedPath = sender.path,
): Delivery {
  const headers = { 'content-type': sender.contentType, ...sender.sign(body, secret, atMs, signedPath) };
  return { path: sender.path, headers, body };
}
