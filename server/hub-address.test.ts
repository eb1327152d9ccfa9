import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { localUrl, readHubAddress, writeHubAddress } from './hub-address.ts';

function folder(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-address-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

test('what was written last is read back, and only the owner may read it', () => {
  const dir = folder();
  writeHubAddress(dir, { url: 'http://127.0.0.1:1', token: 'first' });
  writeHubAddress(dir, { url: 'http://127.0.0.1:2', token: 'second' });
  expect(readHubAddress(dir)).toEqual({ url: 'http://127.0.0.1:2', token: 'second' });
  expect(fs.statSync(path.join(dir, 'hub.json')).mode & 0o777).toBe(0o600);
  expect(fs.readdirSync(dir)).toEqual(['hub.json']);
});

test('without a hub there is no address', () => {
  expect(readHubAddress(folder())).toBeNull();
});

test.each(['', '{"url":', '{"url":"nowhere","token":"t"}', '{"url":"http://127.0.0.1:1"}'])(
  '%j is refused by the name of its file',
  (text) => {
    const dir = folder();
    fs.writeFileSync(path.join(dir, 'hub.json'), text);
    expect(() => readHubAddress(dir)).toThrow(/hub\.json does not hold the address of a hub; delete it/);
  },
);

test.each([
  ['127.0.0.1', 'http://127.0.0.1:4670'],
  ['0.0.0.0', 'http://127.0.0.1:4670'],
  ['::', 'http://[::1]:4670'],
  ['fd00::7', 'http://[fd00::7]:4670'],
  ['10.1.2.3', 'http://10.1.2.3:4670'],
])('what listens on %s is called at %s', (host, url) => {
  expect(localUrl(host, 4670)).toBe(url);
});
