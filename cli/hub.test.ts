import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../server/embedded/ports.ts';
import { writeHubAddress } from '../server/hub-address.ts';
import { fakeHub, Raw, refusal } from './testing/fake-hub.ts';
import { runCommand } from './testing/run-command.ts';
import { tempDir } from './testing/temp-dir.ts';

const held = { items: [] };

test('without any hub it says how to start one', async () => {
  const dir = tempDir();
  const { code, out, err } = await runCommand(['held', 'list', '--data', dir]);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(
    `error: no hub has run on the data directory ${dir}\n` +
      'Start one with ./headroom up, name its directory with --data, or set HEADROOM_URL and HEADROOM_TOKEN.',
  );
});

test('a hub that has ended is named by its address', async () => {
  const dir = tempDir();
  const url = `http://127.0.0.1:${await freePort()}`;
  writeHubAddress(dir, { url, token: 'x' });
  const { code, err } = await runCommand(['held', 'list'], { env: { HEADROOM_DATA: dir } });
  expect(code).toBe(1);
  expect(err).toBe(
    `error: no hub answers at ${url}\nStart one with ./headroom up, or set HEADROOM_URL to where it runs.`,
  );
});

test('it finds the hub of the data directory and shows it the token', async () => {
  const hub = await fakeHub({ 'GET /held': held });
  const dir = tempDir();
  writeHubAddress(dir, { url: hub.url, token: 'from-the-file' });
  expect((await runCommand(['held', 'list', '--data', path.basename(dir)], { cwd: path.dirname(dir) })).code).toBe(0);
  expect(hub.asked[0]?.authorization).toBe('Bearer from-the-file');
});

test('--data beats HEADROOM_URL, since it was said for this one command', async () => {
  const elsewhere = await fakeHub({ 'GET /held': held });
  const here = await fakeHub({ 'GET /held': held });
  const dir = tempDir();
  writeHubAddress(dir, { url: here.url, token: 'x' });
  await runCommand(['held', 'list', '--data', dir], { env: elsewhere.env });
  expect([here.asked.length, elsewhere.asked.length]).toEqual([1, 0]);
});

test('an address file that holds something else is named', async () => {
  const dir = tempDir();
  fs.writeFileSync(path.join(dir, 'hub.json'), '{}');
  const { code, err } = await runCommand(['held', 'list', '--data', dir]);
  expect(code).toBe(1);
  expect(err).toContain(`${path.join(dir, 'hub.json')} does not hold the address of a hub`);
});

test.each([
  [{ HEADROOM_URL: 'http://hub.invalid' }, 'HEADROOM_TOKEN is not'],
  [{ HEADROOM_URL: 'hub', HEADROOM_TOKEN: 'x' }, 'HEADROOM_URL is not an address: hub'],
])('%j ends with 2', async (env, message) => {
  const { code, err } = await runCommand(['held', 'list'], { env });
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test.each([
  [400, 2],
  [404, 2],
  [401, 1],
  [403, 1],
  [409, 1],
  [503, 1],
])("a refusal with %i is shown in the hub's words and ends with %i", async (status, exitCode) => {
  const hub = await fakeHub({ 'GET /held': refusal(status, 'It cannot be.', 'Do this instead.') });
  const { code, out, err } = await runCommand(['held', 'list', '--json'], { env: hub.env });
  expect({ code, out, err }).toEqual({ code: exitCode, out: '', err: 'error: It cannot be.\nDo this instead.' });
});

test.each([
  ['GET /api/v1/accounts?search= finds accounts.', 'headroom accounts --search TEXT finds accounts.'],
  ['GET /api/v1/accounts and GET /api/v1/trials show them.', 'headroom accounts and headroom trial list show them.'],
  ['Look at GET /api/v1/accounts/{id} first.', 'Look at headroom why ACCOUNT first.'],
  ['GET /api/v1/docs shows what this route takes.', 'GET /api/v1/docs shows what this route takes.'],
])('the advice "%s" is given in commands', async (remedy, said) => {
  const hub = await fakeHub({ 'GET /held': refusal(404, 'No.', remedy) });
  expect((await runCommand(['held', 'list'], { env: hub.env })).err).toBe(`error: No.\n${said}`);
});

test('something else at that address is told from a hub', async () => {
  const hub = await fakeHub({ 'GET /held': new Raw(502, '<html>Bad gateway</html>') });
  const { code, err } = await runCommand(['held', 'list'], { env: hub.env });
  expect(code).toBe(1);
  expect(err).toContain(`${hub.url} answers (status 502), but not as a hub does`);
});

test('an answer of another version is refused, not half shown', async () => {
  const hub = await fakeHub({ 'GET /held': new Raw(200, { items: [{ id: 'b' }] }) });
  const { code, out, err } = await runCommand(['held', 'list'], { env: hub.env });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('answers in a way this version does not know');
});
