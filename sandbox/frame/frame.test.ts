import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultInput } from '../faults/fault.ts';
import { dummyVendor } from '../testing/dummy-twin.ts';
import { clockFromNow, EPOCH, fakeHub, temporaryFile } from '../testing/support.ts';
import { startFrame } from './frame.ts';
import type { Exchange } from './recording.ts';

async function start(options: { faults?: FaultInput[]; hubUrl?: string } = {}) {
  const vendor = dummyVendor();
  const record = await temporaryFile('record.ndjson');
  const frame = await startFrame({
    twins: { dummy: vendor.make },
    clock: clockFromNow(1),
    seed: 's',
    record,
    ...options,
  });
  onTestFinished(() => frame.stop());
  const url = `${frame.running.dummy?.url}/things`;
  const post = (signal?: AbortSignal) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${frame.secrets.STRIPE_KEY}` },
      body: '{"n":1}',
      signal: signal ?? null,
    });
  const recorded = async (): Promise<Exchange[]> => {
    await frame.recorder.flush();
    const text = await readFile(record, 'utf8');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  return { frame, vendor: vendor.seen, post, recorded };
}

const fault = (kind: FaultInput['kind'], more: Partial<FaultInput> = {}): FaultInput => ({
  vendor: 'dummy',
  kind,
  times: 1,
  ...more,
});

test('records an exchange as it was on the wire, without its secrets', async () => {
  const { post, recorded, frame } = await start();
  await (await post()).text();
  await expect.poll(async () => (await recorded()).length).toBe(1);
  const [line] = await recorded();
  expect(line).toMatchObject({
    vendor: 'dummy',
    direction: 'hub_to_vendor',
    method: 'POST',
    url: `${frame.running.dummy?.url}/things`,
    requestBody: '{"n":1}',
    status: 200,
    responseBody: '{"id":1,"words":"enough text to be cut in half"}',
  });
  expect(line?.requestHeaders.authorization).toBe('Bearer ***');
  expect(line?.responseHeaders['content-type']).toMatch(/json/);
});

test('pages for people are neither recorded nor hit by faults', async () => {
  const { frame, recorded } = await start({ faults: [fault('server_error')] });
  expect(await (await fetch(frame.running.dummy?.viewUrl ?? '')).text()).toBe('a page');
  expect(await recorded()).toEqual([]);
});

describe('a fault', () => {
  test('refuses a call with Retry-After before the vendor does anything', async () => {
    const { post, vendor } = await start({ faults: [fault('rate_limited', { retryAfterSeconds: 7 })] });
    const refused = await post();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect(vendor.things).toEqual([]);
    expect((await post()).status).toBe(200);
  });

  test('refuses a call without Retry-After, with 5xx and with an expired token', async () => {
    const { post, vendor } = await start({
      faults: [fault('rate_limited'), fault('server_error', { status: 502 }), fault('expired_token')],
    });
    const first = await post();
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, null]);
    expect((await post()).status).toBe(502);
    expect((await post()).status).toBe(401);
    expect(vendor.things).toEqual([]);
  });

  test('makes a call slow, but lets it through', async () => {
    const { post } = await start({ faults: [fault('slow', { delayMs: 30 })] });
    expect((await post()).status).toBe(200);
  });

  test('lets a call hang without doing anything', async () => {
    const { post, vendor } = await start({ faults: [fault('hang')] });
    await expect(post(AbortSignal.timeout(300))).rejects.toThrow(/timeout/i);
    expect(vendor.things).toEqual([]);
  });

  test('resets the connection after the vendor has done it', async () => {
    const { post, vendor, recorded, frame } = await start({ faults: [fault('accept_then_reset')] });
    await expect(post()).rejects.toThrow(/fetch failed/);
    expect(vendor.things).toEqual([{ n: 1 }]);
    expect(frame.ledger.entries).toHaveLength(1);
    await expect.poll(async () => (await recorded())[0]?.status).toBeNull();
  });

  test('never answers after the vendor has done it', async () => {
    const { post, vendor, recorded } = await start({ faults: [fault('accept_then_timeout')] });
    await expect(post(AbortSignal.timeout(300))).rejects.toThrow(/timeout/i);
    expect(vendor.things).toEqual([{ n: 1 }]);
    await expect.poll(async () => (await recorded())[0]?.status).toBeNull();
  });

  test('cuts the answer in half', async () => {
    const { post, vendor, recorded } = await start({ faults: [fault('half_body')] });
    const response = await post();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/terminated/);
    expect(vendor.things).toHaveLength(1);
    await expect.poll(async () => (await recorded())[0]?.responseBody).toBe('{"id":1,"words":"enough ');
  });

  test('answers with an error after the vendor has done it', async () => {
    const { post, vendor } = await start({ faults: [fault('accept_then_error')] });
    expect((await post()).status).toBe(503);
    expect(vendor.things).toHaveLength(1);
  });

  test('repeats the first page of a list', async () => {
    const { post, vendor } = await start({ faults: [fault('repeated_page', { skip: 1 })] });
    expect(await (await post()).json()).toMatchObject({ id: 1 });
    expect(await (await post()).json()).toMatchObject({ id: 1 });
    expect(vendor.things).toHaveLength(2);
  });

  test('answers in another shape', async () => {
    const { post } = await start({ faults: [fault('wrong_shape')] });
    expect(await (await post()).json()).toEqual({ unexpected: true });
  });
});

describe('a webhook', () => {
  const call = { path: '/webhooks/dummy' };

  test('goes nowhere as long as no hub is known', async () => {
    const { frame } = await start();
    expect(await frame.actOn('dummy', 'call_hub', call)).toBeNull();
  });

  test('is tried again until the hub takes it, and each try is recorded', async () => {
    let n = 0;
    const hub = await fakeHub(() => ({ status: ++n < 3 ? 500 : 200, body: 'ok' }));
    const { frame, recorded } = await start({ hubUrl: hub.url });
    expect(await frame.actOn('dummy', 'call_hub', call)).toEqual({ status: 200, body: 'ok' });
    expect((await recorded()).map(({ direction, status }) => [direction, status])).toEqual([
      ['vendor_to_hub', 500],
      ['vendor_to_hub', 500],
      ['vendor_to_hub', 200],
    ]);
    expect(hub.calls[0]?.headers.authorization).toMatch(/^Bearer xoxb-/);
    expect((await recorded())[0]?.requestHeaders.authorization).toBe('Bearer ***');
  });

  test('is given up after its tries, with the last answer', async () => {
    const hub = await fakeHub(() => ({ status: 503, body: 'later' }));
    const { frame } = await start({ hubUrl: hub.url });
    expect(await frame.actOn('dummy', 'call_hub', call)).toEqual({ status: 503, body: 'later' });
    expect(hub.calls).toHaveLength(3);
  });

  test('arrives twice under a duplicate fault', async () => {
    const hub = await fakeHub(() => ({ status: 200 }));
    const { frame } = await start({ hubUrl: hub.url, faults: [fault('webhook_duplicate')] });
    await frame.actOn('dummy', 'call_hub', call);
    expect(hub.calls.map(({ body }) => body)).toEqual(['hello', 'hello']);
  });

  test('is overtaken by the next one under a reorder fault', async () => {
    const hub = await fakeHub(() => ({ status: 200 }));
    const { frame } = await start({ hubUrl: hub.url, faults: [fault('webhook_reordered')] });
    await Promise.all(['/first', '/second'].map((path) => frame.actOn('dummy', 'call_hub', { path })));
    expect(hub.calls.map(({ url }) => url)).toEqual(['/second', '/first']);
  });
});

test('a plan that a person changed is noted, and the later world follows it', async () => {
  const { frame, vendor } = await start();
  const reading = {
    type: 'reading',
    account: 'a_1',
    product: 'core',
    metric: 'seats',
    used: 9,
    limit: 10,
    observedAt: EPOCH,
  };
  const usage = await temporaryFile('usage.ndjson', [
    { ...reading, receivedAt: EPOCH, id: 'r1', periodStart: null, periodEnd: null },
  ]);
  vendor.context?.emit('billing.plan_changed', {
    account: 'a_1',
    product: 'core',
    plan: 'pro',
    cause: 'customer',
    at: EPOCH,
  });
  await (await frame.play(usage)).done;
  expect(vendor.rows).toMatchObject([{ used: 9, limit: 100 }]);
  expect(frame.directory.planOf('a_1', 'core')).toBe('pro');
  expect(frame.ledger.entries).toMatchObject([{ kind: 'act', act: 'plan_changed', account: 'a_1', product: 'core' }]);
});

test('a plan that changes in the world is noted as its own', async () => {
  const { frame } = await start();
  const row = (plan: string) => ({
    type: 'subscription',
    receivedAt: EPOCH,
    account: 'a_1',
    product: 'core',
    plan,
    mrrCents: 1,
  });
  const usage = await temporaryFile('usage.ndjson', [row('starter'), row('starter'), row('team')]);
  await (await frame.play(usage)).done;
  expect(frame.ledger.entries).toMatchObject([{ act: 'plan_changed', data: { plan: 'team', cause: 'world' } }]);
});

test('an act that a vendor does not offer is an error that names those it does', async () => {
  const { frame } = await start();
  await expect(frame.actOn('dummy', 'dance', {})).rejects.toThrow('dummy offers no act dance; it offers: call_hub');
});

test('a vendor that goes down refuses connections, and comes back at the same address with what it knew', async () => {
  const { frame, vendor, post } = await start();
  await (await post()).text();
  await frame.running.dummy?.down();
  await expect(post()).rejects.toThrow();
  await frame.running.dummy?.up();
  expect(await (await post()).json()).toMatchObject({ id: 2 });
  expect(vendor.things).toHaveLength(2);
});
