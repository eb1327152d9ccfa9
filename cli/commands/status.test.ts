import { expect, test } from 'vitest';
import type { Status } from '../answers.ts';
import { fakeHub } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

const at = '2026-03-14T09:20:00.000Z';
const calm: Status = {
  version: '0.1.0',
  company: 'Tidewater',
  clock: { now: at, scale: 1, lagP95Hours: null },
  config: null,
  connections: [],
  pauses: [],
  incidents: [],
  waiting: { outbox: 0, parked: 0, held: 0, unclear: 0 },
};
const healthy = { state: 'healthy', reason: null, detail: null, since: at, until: null, whatToDo: null };
const busy: Status = {
  ...calm,
  clock: { now: at, scale: 28_800, lagP95Hours: 0.42 },
  config: { number: 3, hash: 'c0e3132debb7aaaaaaaaaaaa', appliedAt: at, appliedBy: 'start' },
  connections: [
    {
      name: 'product_usage',
      connector: 'mixpanel',
      mode: 'live',
      health: {
        state: 'paused',
        reason: 'credentials_refused',
        detail: 'credentials refused: 401',
        since: at,
        until: null,
        whatToDo: 'Put a working key there.',
      },
      vendorPause: { until: '2026-03-14T09:30:00.000Z', reason: '429' },
      sweep: { everyMs: 900_000, actualMs: 5_400_000, lastStartedAt: at, lastFinishedAt: at },
    },
    { name: 'email', connector: 'smtp', mode: 'live', health: healthy, vendorPause: null, sweep: null },
  ],
  pauses: [{ scope: 'play', name: 'urgent', reason: 'new prices', by: 'kim', at }],
  incidents: [{ id: 'i1', scope: 'all', note: 'exports fail', startedAt: at, endedAt: null }],
  waiting: { outbox: 0, parked: 2, held: 1, unclear: 4 },
};

test('status of a busy hub names everything that waits for a person', async () => {
  const hub = await fakeHub({ 'GET /status': busy });
  const { code, out } = await runCommand(['status'], { env: hub.env });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "Tidewater, headroom 0.1.0
      clock     2026-03-14 09:20 UTC, 28,800 times as fast as real time
      lag       95 % of the work begins within 0.4 h of being due
      config    version 3 (c0e3132debb7), since 2026-03-14 09:20 UTC
      PAUSED    play urgent: new prices (kim, 2026-03-14 09:20 UTC)
      INCIDENT  all: exports fail (since 2026-03-14 09:20 UTC)
      waiting   vendor events that could not be handled: 2 (headroom inbox list); held batches: 1 (headroom held list); unclear effects: 4 (headroom effects --unclear)

    Connection     Connector  Mode  State                          Read every         Last read (UTC)   Note
    product_usage  mixpanel   live  paused since 2026-03-14 09:20  1.5h (15m wanted)  2026-03-14 09:20  waits until 2026-03-14 09:30 (real time): 429
    email          smtp       live  healthy                        –                  –                 –

    product_usage is paused: credentials refused: 401
      Put a working key there."
  `);
});

test('status of a new hub', async () => {
  const hub = await fakeHub({ 'GET /status': calm });
  const { out } = await runCommand(['status'], { env: hub.env });
  expect(out).toContain('waiting  nothing');
  expect(out).toContain('none applied');
  expect(out).not.toContain('as fast as real time');
});

test('status --json gives what the hub said', async () => {
  const hub = await fakeHub({ 'GET /status': busy });
  expect(JSON.parse((await runCommand(['status', '--json'], { env: hub.env })).out)).toEqual(busy);
});
