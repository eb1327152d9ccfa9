import { expect, test } from 'vitest';
import { fakeHub, refusal } from '../testing/fake-hub.ts';
import { runCommand } from '../testing/run-command.ts';

const older = { id: '3f2a90c1', madeAt: '2026-01-05T08:00:00.000Z', seals: true, stored: 1_200 };
const newer = { id: '0b09c001', madeAt: '2026-03-02T10:00:00.000Z', seals: true, stored: 0 };
const ring = { from: 'file', items: [older], missing: [], unmarked: 0 };
const rotated = { ...ring, items: [newer, { ...older, seals: false }] };

test('keys list shows fingerprints, what they do, and what is sealed with a key that is not there', async () => {
  const hub = await fakeHub({ 'GET /keys': { ...rotated, missing: [{ id: 'deadbeef', stored: 3 }] } });
  const { code, out, err } = await runCommand(['keys', 'list'], { env: hub.env });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "Key       Made (UTC)        Use              Stored payloads
    0b09c001  2026-03-02 10:00  seals and opens                0
    3f2a90c1  2026-01-05 08:00  opens                      1,200"
  `);
  expect(err).toBe('3 stored payloads need the key deadbeef, which is not there: put it back after the first one.');
});

test('keys rotate seals what is stored in batches, and says how far it is', async () => {
  const answers = [
    { resealed: 500, left: 700 },
    { resealed: 500, left: 200 },
    { resealed: 200, left: 0 },
  ];
  const hub = await fakeHub({
    'POST /keys/rotate': rotated,
    'POST /keys/reseal': () => answers.shift() ?? { resealed: 0, left: 0 },
    'GET /keys': rotated,
  });
  const { code, err } = await runCommand(['keys', 'rotate'], { env: hub.env });
  expect(code).toBe(0);
  expect(err).toContain('sealing stored payloads: 500 of 1,200 …\nsealing stored payloads: 1,000 of 1,200 …');
  expect(answers).toEqual([]);
});

test('keys reseal ends when what is left is just being sent', async () => {
  const hub = await fakeHub({ 'POST /keys/reseal': { resealed: 0, left: 2 }, 'GET /keys': rotated });
  expect((await runCommand(['keys', 'reseal'], { env: hub.env })).code).toBe(0);
  expect(hub.asked).toHaveLength(2);
});

test('keys retire of a key that is needed ends with 1 and says by what', async () => {
  const sentence = 'The data key 3f2a90c1 is still needed, by the workflow journey:acme:core.';
  const hub = await fakeHub({ 'POST /keys/:id/retire': refusal(409, sentence, 'Wait.') });
  const { code, err } = await runCommand(['keys', 'retire', '3f2a90c1'], { env: hub.env });
  expect({ code, err }).toEqual({ code: 1, err: `error: ${sentence}\nWait.` });
});
