import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import { tempDir } from '../testing/temp-dir.ts';

const EXAMPLE = path.join(import.meta.dirname, '../../config/examples/tidewater');

function brokenExample(): string {
  const dir = path.join(tempDir(), 'broken');
  fs.cpSync(EXAMPLE, dir, { recursive: true });
  const file = path.join(dir, 'headroom.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('currency: usd', 'curency: usd'));
  return dir;
}

test('the example is good', async () => {
  const { code, out } = await runCommand(['validate', EXAMPLE]);
  expect(code).toBe(0);
  expect(out).toMatch(/tidewater is good: 3 products, .* plays \(version [0-9a-f]{12}\)$/);
});

test('the folder may be named as other commands name it, once', async () => {
  expect(await runCommand(['validate', '--config', EXAMPLE])).toMatchObject({
    code: 0,
    out: expect.stringContaining('tidewater is good'),
  });
  expect(await runCommand(['validate', EXAMPLE, '--config', 'other'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('two config folders are named'),
  });
});

test('outside of a config it says what `validate` itself takes', async () => {
  const { code, err } = await runCommand(['validate'], { cwd: tempDir() });
  const option = /(--config) DIR/.exec(err)?.[1] ?? 'no option is named';
  expect(code).toBe(2);
  expect((await runCommand(['validate', option, EXAMPLE])).code).toBe(0);
});

test('a mistake ends with 2, its place and the nearest right name', async () => {
  const { code, out } = await runCommand(['validate', brokenExample()]);
  expect(code).toBe(2);
  expect(out).toMatch(/headroom\.yaml:\d+:\d+ {2}error/);
  expect(out).toContain('currency?');
  expect(out).not.toContain('is good');
});

test('a setting of a connector has an example that may stand there', async () => {
  const dir = path.join(tempDir(), 'zone');
  fs.cpSync(EXAMPLE, dir, { recursive: true });
  const file = path.join(dir, 'headroom.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^ {4}timezone: \S+/m, '    timezone: Eastern'));
  const { out } = await runCommand(['validate', dir]);
  expect(out).toContain('expected an IANA zone');
  expect(out).toContain('example      timezone: America/New_York');
});

test('more calls than a vendor allows in an hour are a warning with an interval that would fit', async () => {
  const dir = path.join(tempDir(), 'large');
  fs.cpSync(EXAMPLE, dir, { recursive: true });
  const file = path.join(dir, 'headroom.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/accounts_expected: \d+/, 'accounts_expected: 100000'));
  const { code, out } = await runCommand(['validate', dir]);
  expect(code).toBe(0);
  expect(out).toMatch(
    /headroom\.yaml:\d+:\d+ {2}warning {2}connections\.\w+: reading 100000 accounts would take about \d+ calls/,
  );
  expect(out).toMatch(/40 calls an hour \(Mixpanel\)/);
});

test('--json lists the problems', async () => {
  const { code, out } = await runCommand(['validate', brokenExample(), '--json']);
  const { ok, hash, problems } = JSON.parse(out);
  expect({ code, ok, hash }).toEqual({ code: 2, ok: false, hash: null });
  expect(problems).toContainEqual(expect.objectContaining({ severity: 'error', suggestion: 'currency' }));
});

test('a folder without headroom.yaml ends with 2', async () => {
  const { code, err } = await runCommand(['validate', tempDir()]);
  expect(code).toBe(2);
  expect(err).toContain('it holds no headroom.yaml');
});

test('schema prints the JSON Schema that editors read', async () => {
  const { code, out } = await runCommand(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ title: 'Headroom', properties: { version: {}, triggers: {}, plays: {} } });
});
