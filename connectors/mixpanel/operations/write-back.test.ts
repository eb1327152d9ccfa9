import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeWriteCall } from '../../kit/testing/dependencies.ts';
import { type FakeTwinContext, fakeTwinContext } from '../../kit/testing/twin-context.ts';
import { connect, SECRETS, startCanned } from '../test-support.ts';
import { type RunningTwin, startTwin } from '../twin/test-support.ts';

const NOW = '2026-03-20T15:30:00.000Z';
const event = (name: string, at = NOW) => ({
  name,
  account: 'a1',
  at,
  properties: { product: 'core', trigger: 'usage_95', acv: 120 },
});

let twin: RunningTwin<FakeTwinContext>;
beforeEach(async () => {
  twin = await startTwin(fakeTwinContext({ now: NOW, secrets: SECRETS }));
});
afterEach(() => twin.close());

function operation(url = twin.url) {
  const { writeBack } = connect(url).usage;
  if (!writeBack) throw new Error('Mixpanel takes events');
  return writeBack;
}

describe('write-back', () => {
  test('leaves events of the account in Mixpanel, once however often it is sent', async () => {
    const write = operation();
    const payload = write.prepare([event('headroom.triggered'), event('headroom.upgraded')]);
    expect(await write.send(payload, fakeWriteCall('effect-1'))).toEqual({ imported: 2 });
    // As it comes back from the store.
    await write.send(JSON.parse(JSON.stringify(payload)), fakeWriteCall('effect-1'));
    expect(twin.context.ledger).toEqual([
      expect.objectContaining({
        kind: 'event_imported',
        account: 'a1',
        product: 'core',
        summary: 'headroom.triggered',
      }),
      expect.objectContaining({ kind: 'event_imported', account: 'a1', product: 'core', summary: 'headroom.upgraded' }),
    ]);
  });

  test('gives each effect events of its own', async () => {
    const write = operation();
    const payload = write.prepare([event('headroom.triggered')]);
    await write.send(payload, fakeWriteCall('effect-1'));
    await write.send(payload, fakeWriteCall('effect-2'));
    expect(twin.context.ledger).toHaveLength(2);
  });

  test('sends ids that the vendor takes, and says so before the first byte', async () => {
    const canned = await startCanned(200, { code: 200, num_records_imported: 1, status: 'OK' });
    const write = operation(canned.url);
    const call = fakeWriteCall('x_-'.repeat(15));
    await write.send(write.prepare([event('headroom.upgraded')]), call);
    canned.close();
    const [request] = canned.requests;
    expect(call.sent()).toBe(true);
    expect(request?.url.pathname + (request?.url.search ?? '')).toBe('/import?strict=1&project_id=3187201');
    expect(JSON.parse(request?.body ?? '')).toEqual([
      {
        event: 'headroom.upgraded',
        properties: {
          product: 'core',
          trigger: 'usage_95',
          acv: 120,
          company_id: 'a1',
          time: Date.parse(NOW),
          distinct_id: '',
          ip: 0,
          $insert_id: expect.stringMatching(/^[0-9a-f]{36}$/),
        },
      },
    ]);
  });

  test('cuts more than 2,000 events into batches', async () => {
    const write = operation();
    const many = Array.from({ length: 4_500 }, (_, n) => event(`headroom.triggered_${n}`));
    expect(await write.send(write.prepare(many), fakeWriteCall('effect-1'))).toEqual({ imported: 4_500 });
    expect(twin.context.ledger).toHaveLength(4_500);
  });

  test('reports what the vendor refused; good events of the batch are there', async () => {
    const write = operation();
    const payload = write.prepare([event('headroom.triggered', '1970-06-01T00:00:00Z'), event('headroom.upgraded')]);
    await expect(write.send(payload, fakeWriteCall('effect-1'))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('refused 1 of the events and stored 1: event 0 (properties.time)'),
    });
    expect(twin.context.ledger.map(({ summary }) => summary)).toEqual(['headroom.upgraded']);
  });
});
