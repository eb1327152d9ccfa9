import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSandbox } from './sandbox-run.ts';
import { tempDir } from './testing/temp-dir.ts';

const DEV_MINI = path.join(import.meta.dirname, '../bench/worlds/dev/dev-mini');
const options = { scale: 1, hubUrl: 'http://127.0.0.1:9', record: null, log: () => {} };

test('every vendor of the example answers, on a clock that begins with the world', async () => {
  const world = { usage: `${DEV_MINI}.usage.ndjson.gz`, truth: `${DEV_MINI}.truth.ndjson.gz` };
  const sandbox = await runSandbox({ ...options, world });
  try {
    const { addresses, secrets, clock } = sandbox.file;
    expect(Object.keys(addresses)).toEqual(expect.arrayContaining(['mixpanel', 'stripe', 'slack', 'smtp', 'control']));
    expect(secrets.STRIPE_KEY).toBeTruthy();
    expect(clock).toMatchObject({ epoch: '2026-03-02T00:00:00.000Z', scale: 1 });
    expect((await fetch(`${addresses.control}/clock`)).status).toBe(200);
  } finally {
    await sandbox.stop();
  }
});

test('a file that is no usage history is refused by name', async () => {
  const usage = path.join(tempDir(), 'x.usage.ndjson');
  fs.writeFileSync(usage, '{"hello":1}\n');
  await expect(runSandbox({ ...options, world: { usage, truth: null } })).rejects.toThrow(
    `${usage} is not a usage history`,
  );
});
