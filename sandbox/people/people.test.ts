import { describe, expect, onTestFinished, test } from 'vitest';
import type { Json } from '../../domain/model.ts';
import { startFrame } from '../frame/frame.ts';
import type { MakeTwin, SandboxEvents } from '../frame/types.ts';
import { clockFromNow, EPOCH, fakeHub, type HubCall, temporaryFile } from '../testing/support.ts';
import { startPeople } from './people.ts';
import type { Persona } from './personas.ts';

const quiet: Persona = { mail: 'ignore', prompt: 'ignore', scanner: false, am: 'passive', trial: 'lapse', alone: null };
const form = (label: string) =>
  `<form method="post"><input type="hidden" name="t" value="1"><button>${label}</button></form>`;
const accountRow = {
  type: 'account',
  receivedAt: EPOCH,
  account: 'a_1',
  name: 'Alder Foods',
  timezone: 'UTC',
  admin: { id: 'u_1', email: 'p1@a1.example', role: 'admin' },
  owner: { id: 'am_01', email: 'am_01@vendor.example' },
};

/** A day takes 20 ms here. */
async function town(
  role: Partial<Persona>,
  page: (call: HubCall) => ReturnType<Parameters<typeof fakeHub>[0]> = () => ({ status: 200 }),
) {
  const hub = await fakeHub(page);
  const acts: [string, Record<string, Json>][] = [];
  const names = {
    smtp: ['reply', 'one_click_unsubscribe'],
    slack: ['click'],
    hubspot: ['log_call'],
    salesforce: ['log_call'],
    in_app: ['click', 'dismiss'],
    stripe: ['change_plan'],
  };
  const twins = Object.fromEntries(
    Object.entries(names).map(([vendor, offered]): [string, MakeTwin] => [
      vendor,
      () => ({
        name: vendor,
        apply: () => undefined,
        acts: Object.fromEntries(
          offered.map((name) => [
            name,
            async (input: Record<string, Json>) => {
              acts.push([`${vendor}.${name}`, input]);
              return null;
            },
          ]),
        ),
      }),
    ]),
  );
  const lines: string[] = [];
  const frame = await startFrame({ twins, clock: clockFromNow(4_320_000), seed: 's', log: (line) => lines.push(line) });
  const people = startPeople(frame, { seed: 's', cast: { a_1: { ...quiet, ...role } }, worldStart: EPOCH });
  onTestFinished(async () => {
    people.stop();
    await frame.stop();
  });
  await (await frame.play(await temporaryFile('usage.ndjson', [accountRow]))).done;
  const mail = (more: Partial<SandboxEvents['mail.delivered']> = {}) =>
    frame.bus.emit('mail.delivered', {
      to: 'p1@a1.example',
      from: 'success@vendor.example',
      subject: 'You have used 80 % of your seats',
      text: '',
      html: '',
      links: [`${hub.url}/u/token`, `${hub.url}/t/token`],
      messageId: '<m1>',
      headers: { 'list-unsubscribe': `<${hub.url}/u/token>`, 'list-unsubscribe-post': 'List-Unsubscribe=One-Click' },
      at: frame.clock.now(),
      ...more,
    });
  /** Lets some business days pass. */
  const days = (n: number) =>
    new Promise<void>((resolve) =>
      frame.scheduler.at(new Date(frame.clock.nowMs() + n * 86_400_000).toISOString(), resolve),
    );
  const noted = () => frame.ledger.entries.map(({ act }) => act);
  return {
    hub,
    acts,
    frame,
    mail,
    days,
    noted,
    lines,
    requests: () => hub.calls.map(({ method, url }) => `${method} ${url}`),
  };
}

describe('an admin', () => {
  test('who wants to upgrade opens the link, presses the button and confirms on the vendor’s page', async () => {
    const portal = await fakeHub(({ method }) => ({
      status: 200,
      body: method === 'GET' ? form('Confirm') : 'thanks',
    }));
    const { mail, requests, noted } = await town({ mail: 'upgrade' }, ({ method }) =>
      method === 'GET'
        ? { status: 200, body: form('Upgrade') }
        : { status: 303, headers: { location: `${portal.url}/session` } },
    );
    mail();
    await expect
      .poll(() => portal.calls.map(({ method, body }) => [method, body]))
      .toEqual([
        ['GET', ''],
        ['POST', 't=1'],
      ]);
    expect(requests()).toEqual(['GET /t/token', 'POST /t/token']);
    expect(noted()).toEqual(['clicked']);
  });

  test('who only looks stops before the vendor’s page', async () => {
    const portal = await fakeHub(() => ({ status: 200, body: form('Confirm') }));
    const { mail, days } = await town({ mail: 'click' }, ({ method }) =>
      method === 'GET'
        ? { status: 200, body: form('Upgrade') }
        : { status: 303, headers: { location: `${portal.url}/session` } },
    );
    mail();
    await expect.poll(() => portal.calls.length).toBe(1);
    await days(3);
    expect(portal.calls.map(({ method }) => method)).toEqual(['GET']);
  });

  test('who ignores mail touches nothing', async () => {
    const { mail, days, requests, acts } = await town({});
    mail();
    await days(5);
    expect([requests(), acts]).toEqual([[], []]);
  });

  test('who replies or has enough does so in the mail program', async () => {
    const replying = await town({ mail: 'reply' });
    replying.mail();
    await expect
      .poll(() => replying.acts[0])
      .toMatchObject(['smtp.reply', { messageId: '<m1>', from: 'p1@a1.example' }]);
    const leaving = await town({ mail: 'unsubscribe' });
    leaving.mail();
    await expect.poll(() => leaving.acts[0]).toEqual(['smtp.one_click_unsubscribe', { messageId: '<m1>' }]);
  });

  test('leaves service mail alone', async () => {
    const { mail, days, requests } = await town({ mail: 'upgrade' });
    mail({ subject: 'Welcome to Team', headers: {} });
    await days(3);
    expect(requests()).toEqual([]);
  });

  test('behind a scanner has all links opened at once, and nothing pressed', async () => {
    const { mail, days, requests, hub } = await town({ scanner: true }, () => ({ status: 200, body: form('Upgrade') }));
    mail();
    await days(2);
    await expect.poll(requests).toEqual(['GET /u/token', 'GET /t/token']);
    expect(hub.calls[0]?.headers['user-agent']).toContain('Scanner');
  });

  test('in a trial keeps it after the reminder, once, or lets it lapse', async () => {
    const page = ({ method }: HubCall) => ({ status: 200, body: method === 'GET' ? form('Keep it') : '' });
    const keeping = await town({ trial: 'convert' }, page);
    for (let n = 0; n < 2; n++) keeping.mail({ subject: 'Your trial ends in 3 days', headers: {} });
    await keeping.days(4);
    await expect.poll(keeping.requests).toEqual(['GET /t/token', 'POST /t/token']);
    const lapsing = await town({ trial: 'lapse', mail: 'upgrade' }, page);
    lapsing.mail({ subject: 'Your trial ends in 3 days' });
    await lapsing.days(4);
    expect(lapsing.requests()).toEqual([]);
  });

  test('who buys alone does so on the day, in the portal', async () => {
    const { acts, frame } = await town({ alone: { product: 'core', plan: 'team', day: 2 } });
    await expect.poll(() => acts).toEqual([['stripe.change_plan', { account: 'a_1', product: 'core', plan: 'team' }]]);
    expect(frame.clock.nowMs()).toBeGreaterThanOrEqual(Date.parse(EPOCH) + 2 * 86_400_000);
  });
});

describe('an account manager', () => {
  const button = (text: string, action_id: string) => ({
    type: 'button',
    action_id,
    value: 'offer_1',
    text: { type: 'plain_text', text },
  });
  const blocks: Json[] = [
    { type: 'actions', elements: [button('Start 14-day trial', 'start_trial'), button("I'm on it", 'on_it')] },
  ];
  const alert = (frame: Awaited<ReturnType<typeof town>>['frame'], ts: string, updated = false) => {
    frame.note('slack', { kind: 'chat_message', account: 'a_1', id: `C1/${ts}`, summary: 'Alder Foods' });
    frame.bus.emit('chat.message', { channel: 'C1', ts, text: 'Alder Foods', blocks, updated, at: frame.clock.now() });
  };

  test('starts one trial from chat, with the button that says so', async () => {
    const { frame, acts, days } = await town({ am: 'trial_in_slack' });
    alert(frame, '1');
    alert(frame, '2');
    await days(2);
    expect(acts).toEqual([
      [
        'slack.click',
        { channel: 'C1', ts: '1', actionId: 'start_trial', value: 'offer_1', email: 'am_01@vendor.example' },
      ],
    ]);
  });

  test('who is on it presses that, and calls the customer', async () => {
    const { frame, acts, noted } = await town({ am: 'on_it' });
    alert(frame, '1');
    await expect.poll(() => acts.map(([name]) => name)).toEqual(['slack.click', 'hubspot.log_call']);
    expect(acts[0]?.[1]).toMatchObject({ actionId: 'on_it' });
    await expect.poll(noted).toEqual([undefined, 'on_it']);
  });

  test('logs the call in the CRM where the tasks are', async () => {
    const { frame, acts } = await town({ am: 'on_it' });
    frame.note('salesforce', { kind: 'task_created', account: 'a_1', id: '00T1', summary: 'Call Alder Foods' });
    alert(frame, '1');
    await expect.poll(() => acts.map(([name]) => name)).toEqual(['slack.click', 'salesforce.log_call']);
  });

  test('does not press what is shown again as an update, nor anything of another account', async () => {
    const { frame, acts, days } = await town({ am: 'trial_in_slack' });
    alert(frame, '1', true);
    frame.bus.emit('chat.message', {
      channel: 'C1',
      ts: '9',
      text: 'who?',
      blocks,
      updated: false,
      at: frame.clock.now(),
    });
    await days(2);
    expect(acts).toEqual([]);
  });

  test('starts a trial from the link in the CRM task', async () => {
    const { frame, hub, requests } = await town({ am: 'trial_in_crm' }, () => ({
      status: 200,
      body: form('Start trial'),
    }));
    const body = `<p>Seats at 95 %</p><p>I'm on it: ${hub.url}/a/other</p><p><a href="${hub.url}/a/signed">Start 14-day trial</a></p>`;
    const task = { id: 't1', companyId: 'c1', account: 'a_1', ownerId: null, subject: 's', body, at: EPOCH };
    frame.bus.emit('crm.task', { ...task, status: 'NOT_STARTED' });
    await expect.poll(requests).toEqual(['GET /a/signed', 'POST /a/signed']);
  });
});

describe('a user of the product', () => {
  const see = (frame: Awaited<ReturnType<typeof town>>['frame'], link: string | null) =>
    frame.bus.emit('prompt.seen', { key: 'p1', account: 'a_1', user: 'u_1', title: 'Nearly full', link, at: EPOCH });

  test('presses a prompt and follows its link, or closes it', async () => {
    const pressing = await town({ prompt: 'click' });
    see(pressing.frame, `${pressing.hub.url}/t/prompt`);
    await expect.poll(pressing.requests).toEqual(['GET /t/prompt']);
    expect(pressing.acts.map(([name]) => name)).toEqual(['in_app.click']);
    const closing = await town({ prompt: 'dismiss' });
    see(closing.frame, null);
    await expect.poll(() => closing.acts.map(([name]) => name)).toEqual(['in_app.dismiss']);
  });
});

test('a page that fails is the person’s bad luck, and stands in the log', async () => {
  const { mail, lines } = await town({ mail: 'click' }, () => ({ status: 503 }));
  mail();
  await expect.poll(() => lines.some((line) => line.endsWith('/t/token answered 503'))).toBe(true);
});
