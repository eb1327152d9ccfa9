import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { clockFromNow, EPOCH, temporaryFile } from '../testing/support.ts';
import { createClock } from './clock.ts';
import { createScheduler } from './scheduler.ts';
import type { WorldRow } from './types.ts';
import { playWorld } from './world-player.ts';

const row = (hours: number) => ({
  type: 'ticket',
  receivedAt: new Date(Date.parse(EPOCH) + hours * 3_600_000).toISOString(),
  id: `t_${hours}`,
  account: 'a_1',
  severity: 'low',
  state: 'open',
});

async function play(file: string, scale: number, startedAgoMs = 0) {
  const started = clockFromNow(scale);
  const clock = createClock({
    ...started,
    startedAt: new Date(Date.parse(started.startedAt) - startedAgoMs).toISOString(),
  });
  const scheduler = createScheduler(clock, () => undefined);
  const rows: { id: string; at: number }[] = [];
  const apply = (world: WorldRow) => void rows.push({ id: 'id' in world ? world.id : '', at: clock.nowMs() });
  const player = await playWorld({ file, clock, scheduler, apply });
  return { player, rows, ids: () => rows.map(({ id }) => id) };
}

test('applies the seed at once and the rest not before its business moment, in order', async () => {
  const file = await temporaryFile('usage.ndjson', [row(0), row(0), row(40), row(41)]);
  const { player, rows, ids } = await play(file, 3_600_000);
  await player.done;
  expect(ids()).toEqual(['t_0', 't_0', 't_40', 't_41']);
  expect(rows[2]?.at).toBeGreaterThanOrEqual(Date.parse(row(40).receivedAt));
  expect(player.played()).toBe(4);
});

test('catches up with a past that it missed before it says that it is ready', async () => {
  const file = await temporaryFile('usage.ndjson', [row(0), row(5), row(10_000_000)]);
  const { player, ids } = await play(file, 3_600, 60_000);
  expect(ids()).toEqual(['t_0', 't_5']);
  player.stop();
  await player.done;
  expect(ids()).toEqual(['t_0', 't_5']);
});

test('the first moment is seed even when the clock has not begun', async () => {
  const file = await temporaryFile('usage.ndjson', [row(0), row(1)]);
  const { player, ids } = await play(file, 1, -60_000);
  expect(ids()).toEqual(['t_0']);
  player.stop();
});

test('reads packed files, and fails at the start with the line that it cannot read', async () => {
  const file = await temporaryFile('usage.ndjson.gz');
  await writeFile(file, gzipSync(`${JSON.stringify(row(0))}\n{broken\n`));
  await expect(play(file, 1)).rejects.toThrow(/usage\.ndjson\.gz:2: expected one JSON object/);
});

test('a file that is not there is an error', async () => {
  await expect(play('/no/such/file', 1)).rejects.toThrow(/ENOENT/);
});
