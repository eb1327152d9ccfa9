import { expect, test } from 'vitest';
import { aReport } from '../../cli/testing/answers.ts';
import { fakeHub } from '../../cli/testing/fake-hub.ts';
import { hubClient } from './hub-client.ts';
import { makeReport } from './report.ts';

test('the demo reads the report as the hub publishes it, and its credits add up to the expansion', async () => {
  const { url } = await fakeHub({ 'GET /report': aReport() });
  const report = makeReport({
    hub: await hubClient(url, 'token').report(),
    verdict: { expected: 3, visible: 3, duplicates: [], missing: [], forbidden: [], explained: [] },
    temporal: { workflows: 1, historyEventsByType: {} },
    memory: { pssMbByProcess: {}, peakMbWithoutTemporal: 0 },
    tookSeconds: 1.4,
  });
  expect(report.attribution).toEqual([
    {
      triggerEventId: 'te_1',
      account: 'acct-1',
      product: 'core',
      trigger: 'usage_80',
      touches: 2,
      accountManager: 'kim@tidewater.example',
      acvCents: 1_300_000,
    },
  ]);
  const sum = [...report.attribution, ...report.unattributed].reduce((total, row) => total + row.acvCents, 0);
  expect(sum).toBe(report.expansionAcvCents);
  expect(report).toMatchObject({ accounts: 1_240, effects: { confirmed: 10, refused: 0, unclear: 0 }, tookSeconds: 1 });
});
