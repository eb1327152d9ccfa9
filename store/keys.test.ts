import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { addKey, dropKey, fixedRing, MissingKeyError, readKeyRing } from './keys.ts';
import { openBytes, sealBytes } from './sealing.ts';
import { canonicalJson, headerOf, openVault } from './vault.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'headroom-keys-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, 'data');
}
const NOW = new Date('2026-03-02T10:00:00.000Z');

test('the key of a data directory is made once, and only its owner may read it', () => {
  const dir = folder();
  const [first] = readKeyRing(dir, undefined).all();
  expect(readKeyRing(dir, undefined).all()).toEqual([first]);
  expect(statSync(join(dir, 'data.key')).mode & 0o777).toBe(0o600);
});

test('a data directory from before keys had ids keeps its key', () => {
  const dir = folder();
  readKeyRing(dir, undefined);
  const key = randomBytes(32);
  writeFileSync(join(dir, 'data.key'), key.toString('base64'));
  expect(readKeyRing(dir, undefined).all()).toEqual(fixedRing([key]).all());
});

test('a new key seals from now on in a process that runs already, and the old one still opens', () => {
  const dir = folder();
  const ring = readKeyRing(dir, undefined);
  const vault = openVault(ring);
  const before = vault.seal('before');
  const id = addKey(join(dir, 'data.key'), NOW);
  expect(ring.all().map((key) => key.id)).toEqual([id, expect.any(String)]);
  expect(ring.newest()).toMatchObject({ id, madeAt: NOW.toISOString() });
  const after = vault.seal('after');
  expect(after.subarray(0, 8)).toEqual(headerOf(id));
  expect([vault.open(before), vault.open(after)]).toEqual(['before', 'after']);
  expect(statSync(join(dir, 'data.key')).mode & 0o777).toBe(0o600);
});

test('what another process has sealed with a key that came meanwhile is opened at once', () => {
  const dir = folder();
  const ring = readKeyRing(dir, undefined);
  ring.all();
  addKey(join(dir, 'data.key'), NOW);
  const sealedElsewhere = openVault(readKeyRing(dir, undefined)).seal('news');
  expect(openVault(ring).open(sealedElsewhere)).toBe('news');
});

test('what a dropped key has sealed is refused by its id, and the rest stays', () => {
  const dir = folder();
  const ring = readKeyRing(dir, undefined);
  const old = ring.newest().id;
  const sealed = openVault(ring).seal('old');
  addKey(join(dir, 'data.key'), NOW);
  dropKey(join(dir, 'data.key'), old);
  expect(ring.all()).toHaveLength(1);
  expect(() => openVault(ring).open(sealed)).toThrow(MissingKeyError);
  expect(() => openVault(ring).open(sealed)).toThrow(`sealed with the data key ${old}, which is not in`);
});

test('a change of the ring that another one is about to make is not overwritten', () => {
  const dir = folder();
  readKeyRing(dir, undefined);
  const file = join(dir, 'data.key');
  const before = readFileSync(file);
  writeFileSync(`${file}.new`, '');
  expect(() => addKey(file, NOW)).toThrow('EEXIST');
  expect(readFileSync(file)).toEqual(before);
});

test('the environment may hold several keys, the first one seals', () => {
  const keys = [randomBytes(32), randomBytes(32)];
  const ring = readKeyRing('/nowhere', keys.map((key) => key.toString('base64')).join(', '));
  expect(ring.all()).toEqual(fixedRing(keys).all());
  expect(ring.newest()).toEqual(fixedRing(keys.slice(0, 1)).newest());
  expect(() => readKeyRing('/nowhere', 'c2hvcnQ=')).toThrow('keys of 32 bytes');
});

test('a vault gives back what it sealed, and refuses altered bytes and other keys', () => {
  const ring = fixedRing([randomBytes(32), randomBytes(32)]);
  const vault = openVault(ring);
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
      const plain = JSON.parse(JSON.stringify(value));
      const sealed = vault.seal(plain);
      expect(vault.open(sealed)).toEqual(plain);
      const altered = Buffer.from(sealed);
      altered[at % altered.length] = (altered[at % altered.length] ?? 0) ^ 1;
      expect(() => vault.open(altered)).toThrow();
      expect(() => openVault(fixedRing([randomBytes(32)])).open(sealed)).toThrow(MissingKeyError);
    }),
  );
});

test('payloads from before keys had ids are opened by whichever key it was', () => {
  const [newer, older] = [randomBytes(32), randomBytes(32)];
  const value = { subject: 'hello' };
  const sealed = sealBytes(older, Buffer.from(canonicalJson(value)), Buffer.alloc(0));
  expect(openVault(fixedRing([newer, older])).open(sealed)).toEqual(value);
  expect(() => openVault(fixedRing([newer])).open(sealed)).toThrow('its data key is not there any more');
});

test('a key for the store does not open what was sealed for Temporal', () => {
  const { forStore, forTemporal } = fixedRing([randomBytes(32)]).newest();
  const about = Buffer.from('same');
  expect(() => openBytes(forStore, sealBytes(forTemporal, Buffer.from('x'), about), about)).toThrow();
});
