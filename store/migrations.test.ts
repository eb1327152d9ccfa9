import { readdirSync, readFileSync } from 'node:fs';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, test } from 'vitest';
import * as schema from './schema/index.ts';

const META = new URL('./migrations/meta/', import.meta.url);

test('the migrations say all that the schema says', async () => {
  const latest = readdirSync(META)
    .filter((name) => name.endsWith('_snapshot.json'))
    .sort()
    .at(-1);
  if (!latest) throw new Error('no snapshot of a migration was found');
  const stored = JSON.parse(readFileSync(new URL(latest, META), 'utf8'));
  const current = generateDrizzleJson(schema, undefined, undefined, 'snake_case');
  expect(await generateMigration(stored, current)).toEqual([]);
});
