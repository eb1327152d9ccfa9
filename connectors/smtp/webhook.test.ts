import { describe, expect, test } from 'vitest';
import type { WebhookRequest } from '../kit/capabilities.ts';
import { standardSignature } from '../kit/standard-webhooks.ts';
import { receiveMailReports } from './webhook.ts';

const KEY = Buffer.alloc(32, 3);
const SECRET = `whsec_${KEY.toString('base64')}`;
const NOW = Date.parse('2026-03-02T10:00:00.000Z');
/** A day of business is one real hour: what the provider dates is real time. */
const clock = { startedAt: '2026-03-02T00:00:00.000Z', epoch: '2026-03-02T00:00:00.000Z', scale: 24 };
const ID = '<abc@mail.tidewater.example>';

function post(
  body: string,
  more: { contentType?: string; secrets?: string[]; headers?: WebhookRequest['headers'] } = {},
) {
  const timestamp = String(NOW / 1_000);
  return receiveMailReports(
    () => more.secrets ?? [SECRET],
    clock,
  )({
    method: 'POST',
    url: 'https://hub.example/webhooks/email',
    headers: {
      'content-type': more.contentType ?? 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': standardSignature(KEY, 'msg_1', timestamp, body),
      ...more.headers,
    },
    rawBody: Buffer.from(body),
    receivedAt: NOW,
  });
}
const json = (event: object, more = {}) => post(JSON.stringify(event), more);
const mail = (text: string) => post(text.replace(/\n/g, '\r\n'), { contentType: 'message/rfc822' });
/** What was understood, event by event. */
const reports = async (answer: ReturnType<typeof post>) => {
  const result = await answer;
  if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
  return result.events.map(({ body }) => body);
};

describe('JSON', () => {
  test('a hard bounce becomes one event, dated in business time', async () => {
    const data = {
      message_id: 'abc@mail.tidewater.example',
      recipient: 'zoe@acme.example',
      bounce: 'hard',
      reason: '5.1.1',
    };
    expect(await json({ type: 'mail.bounced', timestamp: '2026-03-02T01:00:00Z', data })).toEqual({
      kind: 'accepted',
      events: [
        {
          id: 'msg_1',
          type: 'mail.reported',
          object: ID,
          occurredAt: '2026-03-03T00:00:00.000Z',
          body: { kind: 'bounced', counts: true, messageIds: [ID], address: 'zoe@acme.example', reason: '5.1.1' },
        },
      ],
    });
  });

  test.each([
    [
      { type: 'mail.bounced', data: { recipient: 'z@a.example', bounce: 'soft' } },
      { kind: 'bounced', counts: false },
    ],
    [
      { type: 'mail.complained', data: { message_id: ID } },
      { kind: 'complained', counts: true, messageIds: [ID] },
    ],
    [
      { type: 'mail.replied', data: { message_id: ID } },
      { kind: 'replied', counts: true },
    ],
    [
      { type: 'mail.replied', data: { message_id: ID, automatic: true } },
      { kind: 'replied', counts: false },
    ],
  ])('%j is understood', async (event, report) => {
    expect(await reports(json(event))).toMatchObject([report]);
  });

  test('a list is as many events, each with an id of its own', async () => {
    const one = (recipient: string) => ({ type: 'mail.complained', data: { recipient } });
    expect(await json([one('a@x.example'), one('b@x.example')])).toMatchObject({
      events: [
        { id: 'msg_1/0', object: 'a@x.example' },
        { id: 'msg_1/1', object: 'b@x.example' },
      ],
    });
  });

  test.each([
    ['neither a message nor a recipient', { type: 'mail.complained', data: {} }],
    ['a bounce that is neither hard nor soft', { type: 'mail.bounced', data: { message_id: ID } }],
    ['an unknown type', { type: 'mail.opened', data: { message_id: ID } }],
    ['no event', []],
  ])('%s is a bad request', async (_what, event) => {
    expect(await json(event)).toMatchObject({ kind: 'refused', status: 400 });
  });
});

describe('refused', () => {
  const complaint = { type: 'mail.complained', data: { message_id: ID } };
  test.each([
    ['no secret', { secrets: [] }, 503],
    ['a secret that is no key', { secrets: ['hunter2'] }, 503],
    ['another secret', { secrets: [`whsec_${Buffer.alloc(32, 4).toString('base64')}`] }, 401],
    ['another content type', { contentType: 'text/plain' }, 415],
    ['no signature', { headers: { 'webhook-signature': undefined } }, 401],
  ])('%s', async (_what, more, status) => {
    expect(await json(complaint, more)).toMatchObject({ kind: 'refused', status });
  });
});

/** After the examples of RFC 3464 appendix E and RFC 5965 appendix B, with addresses of ours. */
const dsn = (fields: string) => `From: Mail Delivery Subsystem <MAILER-DAEMON@relay.example>
Date: Thu, 7 Jul 1994 17:16:05 -0400
Subject: Returned mail: User unknown
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="RAA14128.773615765/relay.example"

--RAA14128.773615765/relay.example

The original message was received.

--RAA14128.773615765/relay.example
content-type: message/delivery-status

Reporting-MTA: dns; relay.example

${fields}
--RAA14128.773615765/relay.example
content-type: message/rfc822

From: Tidewater <success@tidewater.example>
To: zoe@acme.example
Message-ID: ${ID}
Subject: You have used 95 %

Hello
--RAA14128.773615765/relay.example--
`;

describe('a delivery report (RFC 3464)', () => {
  test.each([
    [
      'an unknown user',
      'Final-Recipient: RFC822;zoe@acme.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 #5.1.1\n   no such user',
      true,
    ],
    ['a closed mailbox', 'Final-Recipient: rfc822; zoe@acme.example\nAction: failed\nStatus: 5.2.1', true],
    ['a full mailbox', 'Final-Recipient: rfc822; zoe@acme.example\nAction: failed\nStatus: 5.2.2', false],
    ['a refusal as spam', 'Final-Recipient: rfc822; zoe@acme.example\nAction: failed\nStatus: 5.7.1', false],
    ['a server away for days', 'Final-Recipient: rfc822; zoe@acme.example\nAction: failed\nStatus: 4.4.7', false],
    ['a delay', 'Final-Recipient: rfc822; zoe@acme.example\nAction: delayed\nStatus: 4.4.1', false],
  ])('of %s', async (_what, fields, counts) => {
    expect(await reports(mail(dsn(fields)))).toMatchObject([
      { kind: 'bounced', counts, messageIds: [ID], address: 'zoe@acme.example' },
    ]);
  });

  test('names the recipient that we wrote to, not whom it was forwarded to', async () => {
    const fields =
      'Original-Recipient: rfc822; zoe@acme.example\nFinal-Recipient: rfc822; z@forward.example\nAction: failed\nStatus: 5.1.1';
    expect(await reports(mail(dsn(fields)))).toMatchObject([{ address: 'zoe@acme.example' }]);
  });

  test('of a success is no bounce', async () => {
    expect(
      await reports(mail(dsn('Final-Recipient: rfc822; zoe@acme.example\nAction: delivered\nStatus: 2.0.0'))),
    ).toEqual([]);
  });
});

const arf = (fields: string) => `From: <abusedesk@example.com>
Subject: FW: Earn money
To: <abuse@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

User-Agent: SomeGenerator/1.0
Version: 1
${fields}

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

From: Tidewater <success@tidewater.example>
To: <zoe@acme.example>
Subject: You have used 95 %
Message-ID: ${ID}

Hello
--part1_13d.2e68ed54_boundary--
`;

describe('a feedback report (RFC 5965)', () => {
  test('of abuse is a complaint', async () => {
    expect(await reports(mail(arf('Feedback-Type: abuse')))).toEqual([
      { kind: 'complained', counts: true, messageIds: [ID], address: 'zoe@acme.example', reason: 'abuse' },
    ]);
    expect(await reports(mail(arf('Feedback-Type: abuse\nOriginal-Rcpt-To: <other@acme.example>')))).toMatchObject([
      { address: 'other@acme.example' },
    ]);
  });

  test.each(['not-spam', 'auth-failure', 'virus'])('of %s is none', async (type) => {
    expect(await reports(mail(arf(`Feedback-Type: ${type}`)))).toEqual([]);
  });
});

describe('a mail', () => {
  const answer = (head: string) =>
    `From: Zoe <zoe@acme.example>\nTo: success@tidewater.example\nSubject: Re: x\n${head}\n\nCan we talk?\n`;

  test('that answers one of ours counts, an automatic one does not', async () => {
    const references = `In-Reply-To: ${ID}\nReferences: <first@x.example> ${ID}`;
    expect(await reports(mail(answer(references)))).toEqual([
      {
        kind: 'replied',
        counts: true,
        messageIds: [ID, '<first@x.example>'],
        address: 'zoe@acme.example',
        reason: null,
      },
    ]);
    for (const mark of ['Auto-Submitted: auto-replied', 'Precedence: auto_reply'])
      expect(await reports(mail(answer(`${references}\n${mark}`)))).toMatchObject([{ counts: false }]);
    expect(await reports(mail(answer(`${references}\nAuto-Submitted: no`)))).toMatchObject([{ counts: true }]);
  });

  test.each(['', 'X: y', '\u0000\u0001', 'Content-Type: multipart/report; boundary=x\n\n--x\n'])(
    'that says nothing (%j) is taken and dropped',
    async (text) => {
      expect(await reports(mail(text))).toEqual([]);
    },
  );
});
