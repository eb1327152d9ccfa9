import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readTruth } from './checker/truth-file.ts';
import { castStories } from './demo-stories.ts';
import { DEMO, generateDemo, writeDemoWorld } from './demo-world.ts';
import { cast } from './people/personas.ts';

const world = generateDemo(DEMO.seed);

test('every story of the demo happens in its world, with the cast that is written down', async () => {
  const stories = castStories(world);
  expect(stories.lacking).toEqual([]);
  const written = cast.parse(JSON.parse(await readFile(new URL('./demo-cast.json', import.meta.url), 'utf8')));
  expect(stories.cast).toEqual(written);
});

test('customers can be told apart by name', () => {
  const names = world.usage.flatMap((row) => (row.type === 'account' ? [row.name] : []));
  expect(names).toHaveLength(DEMO.accounts);
  expect(new Set(names).size).toBe(DEMO.accounts);
});

test('meters are honest: no fact is told twice or taken back, and none is late', () => {
  const readings = world.usage.flatMap((row) => (row.type === 'reading' ? [row] : []));
  expect(new Set(readings.map(({ id }) => id)).size).toBe(readings.length);
  expect(readings.filter(({ corrects }) => corrects !== undefined)).toEqual([]);
  const late = readings.filter(
    ({ observedAt, receivedAt }) => Date.parse(receivedAt) - Date.parse(observedAt) > 3_600_000,
  );
  expect(late).toEqual([]);
});

test('a world that lacks stories says which', () => {
  const { lacking } = castStories({ usage: world.usage, truth: world.truth.filter((row) => row.kind !== 'velocity') });
  expect(lacking).toEqual(['velocity: 0 of 3']);
});

test('is written as a usage and a truth file, the same bytes each time', async () => {
  const folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'headroom-demo-'))));
  const [one, two] = await Promise.all(folders.map(writeDemoWorld));
  expect(dirname(one?.usage ?? '')).toBe(folders[0]);
  for (const part of ['usage', 'truth'] as const) {
    expect(await readFile(one?.[part] ?? '', 'utf8')).toBe(await readFile(two?.[part] ?? '', 'utf8'));
  }
  const truth = await readTruth(one?.truth ?? '');
  expect(truth.filter((row) => 'episode' in row).length).toBeGreaterThan(30);
});
