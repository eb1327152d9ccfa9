import { expect, test } from 'vitest';
import { clockFromNow, EPOCH } from '../testing/support.ts';
import { createClock } from './clock.ts';
import { createScheduler } from './scheduler.ts';

const hour = (n: number) => new Date(Date.parse(EPOCH) + n * 3_600_000).toISOString();

test('runs work in the order of its business moments, however it was given', async () => {
  const scheduler = createScheduler(createClock(clockFromNow(3_600_000)), () => undefined);
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    scheduler.at(hour(60), resolve);
    scheduler.at(hour(40), () => void order.push('third'));
    scheduler.at(hour(20), () => void order.push('first'));
    scheduler.at(hour(20), () => void order.push('second'));
  });
  expect(order).toEqual(['first', 'second', 'third']);
});

test('goes on after work that fails, and says so', async () => {
  const lines: string[] = [];
  const scheduler = createScheduler(createClock(clockFromNow(3_600_000)), (line) => lines.push(line));
  await new Promise<void>((resolve) => {
    scheduler.at(hour(1), () => {
      throw new Error('no luck');
    });
    scheduler.at(hour(30), resolve);
  });
  expect(lines).toEqual(['scheduled work failed: no luck']);
});

test('forgets everything when it stops', () => {
  const scheduler = createScheduler(createClock(clockFromNow(1)), () => undefined);
  scheduler.at(hour(1), () => undefined);
  scheduler.stop();
  expect(scheduler.waiting()).toBe(0);
});
