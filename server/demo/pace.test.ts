import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { slowdown, takePlace } from './pace.ts';

test.each([
  ['alone on two cores', 0, 2, 28_800, 1],
  ['beside another on two cores', 1, 2, 28_800, 2],
  ['beside two others on two cores', 2, 2, 28_800, 4],
  ['beside two others on four cores', 2, 4, 28_800, 1],
  ['alone on one core', 0, 1, 28_800, 2],
  ['at the slower clock of a run with kills', 3, 2, 8_640, 1],
])('a demo %s goes at its speed or a fraction of it', (_, place, cores, scale, times) => {
  expect(slowdown(place, cores, scale)).toBe(times);
});

test('each demo has a place of its own, and the next one takes what was left', () => {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'headroom-places-')), 'demos');
  const [first, second] = [takePlace(folder), takePlace(folder)];
  expect([first.place, second.place]).toEqual([0, 1]);
  first.leave();
  expect(takePlace(folder).place).toBe(0);
  second.leave();
});
