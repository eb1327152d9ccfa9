import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { findStripeMock } from '../../scripts/bootstrap/stripe-mock.mjs';
import { readExchange } from '../../scripts/judges/exchange.ts';
import { stripeJudge } from '../../scripts/judges/stripe/judge.ts';
import { stripeProblems } from '../../scripts/judges/stripe/recorded.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { act, follow, getToKnow, use } from '../support/moves.ts';
import { mails, seen, upgradeLink } from '../support/seen.ts';
import { tempDataDir } from '../support/temp-data-dir.ts';
import { managerOf } from '../support/test-world.ts';

let hub: TestHub;
let folder: string;
let file: string;
beforeAll(async () => {
  folder = tempDataDir();
  fs.mkdirSync(folder, { recursive: true });
  file = path.join(folder, 'exchanges.ndjson');
  hub = await startTestHub({ accounts: { buys: { core: 'starter' }, tries: { core: 'starter' } }, record: file });
  const storage = { product: 'core', metric: 'storage_gb', used: 20 };
  await getToKnow(hub, { account: 'buys', ...storage }, { account: 'tries', ...storage });
});
afterAll(async () => {
  await hub?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const message = z.object({ channel: z.string(), ts: z.string() });
const some = <T>(found: T[]) => found.length > 0 && found;

test('a recording has every exchange, whole and without secrets, and Stripe agrees with its own', async () => {
  await use(hub, 'buys', 'core', 'storage_gb', 48);
  await follow(await eventually(() => upgradeLink(hub, 'buys')));
  await eventually(() => some(seen(hub, 'task_updated', 'buys')));

  await use(hub, 'tries', 'core', 'storage_gb', 48);
  const [alert] = await eventually(() => some(seen(hub, 'chat_message', 'tries')));
  const { channel, ts } = message.parse(alert?.data);
  await act(hub, 'slack', 'click', { channel, ts, actionId: 'start_trial', email: managerOf('tries') });
  await eventually(() => some(mails(hub, 'tries').filter((subject) => subject.includes('trial'))));
  await act(hub, 'in_app', 'poll', { account: 'tries', user: 'u_tries' });

  await hub.sandbox.frame.recorder.flush();
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
  const judge = stripeJudge(await findStripeMock(process.env));
  const problems = lines.flatMap((line) => {
    const read = readExchange(line);
    if (!('exchange' in read)) return read.problems;
    const { exchange } = read;
    return [...read.problems, ...(exchange.vendor === 'stripe' ? stripeProblems(judge, exchange) : [])];
  });
  expect(problems).toEqual([]);

  const pairs = lines.map((line) => JSON.parse(line)).map(({ vendor, direction }) => `${vendor} ${direction}`);
  expect([...new Set(pairs)].sort()).toEqual([
    'hubspot hub_to_vendor',
    'in_app vendor_to_hub',
    'slack hub_to_vendor',
    'slack vendor_to_hub',
    'smtp hub_to_vendor',
    'stripe hub_to_vendor',
    'stripe vendor_to_hub',
  ]);
  const recorded = lines.filter((line) => JSON.parse(line).vendor === 'smtp').length;
  expect(recorded).toBe(mails(hub, 'buys').length + mails(hub, 'tries').length);
});
