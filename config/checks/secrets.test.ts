import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formatProblems } from '../format-problems.ts';
import { secretResolver } from '../secrets.ts';
import { looksLikeSecret } from '../source/secret-shapes.ts';
import { problemsOf, SMALL, spoil } from '../testing/small-folder.ts';

/** Made up, in the shapes that vendors publish. Put together here so that no scanner takes them for real ones. */
const KEYS = [
  `sk_${'live'}_51Hx9aKq2LmN4pQrS`,
  `rk_${'test'}_51Hx9aKq2LmN4pQrS`,
  `xoxb-${'1234567890'}-0987654321-aBcDeFgHiJkL`,
  `pat-na1-${'1a2b3c4d'}-5e6f-7a8b-9c0d-1e2f3a4b5c6d`,
  `whsec_${'Zm9vYmFyYmF6cXV4'}`,
  '9f86d081884c7d659a2feaa0c55ad015',
  'q3Rt7Yb2Lk9Zx4Vn8Mw1Pc6Js5Hd',
];

describe('a pasted secret', () => {
  test.each(KEYS)('%# is refused where a reference belongs, and its value is printed nowhere', async (key) => {
    const problems = await problemsOf(spoil('env:HUBSPOT_TOKEN', `"${key}"`));
    expect(problems).toMatchObject([
      { line: 12, path: 'connections.crm.auth.token', found: 'a value (hidden)', allowed: ['env:NAME', 'file:PATH'] },
    ]);
    expect(formatProblems(problems, { color: false })).not.toContain(key);
    expect(JSON.stringify(problems)).not.toContain(key);
  });

  test.each([
    ['a setting', 'region: eu', (key: string) => `region: ${key}`],
    ['an unknown name', 'region: eu', (key: string) => `region: eu\n    api_key: ${key}`],
    ['a company name', 'name: Acme', (key: string) => `name: ${key}`],
    ['a comment', 'version: 1', (key: string) => `version: 1 # ${key}`],
    ['a name itself', 'region: eu', (key: string) => `region: eu\n    ${key}: x`],
  ])('is refused and hidden as %s', async (_, from, to) => {
    const [key = ''] = KEYS;
    const problems = await problemsOf(spoil(from, to(key)));
    expect(problems.some(({ message }) => message.startsWith('this looks like a secret'))).toBe(true);
    expect(JSON.stringify(problems)).not.toContain(key);
  });

  test('is refused and hidden in a template', async () => {
    const [key = ''] = KEYS;
    const file = 'templates/_all/usage-summary.email.md';
    const problems = await problemsOf(spoil('[[usage]]', `Our key is ${key}.`, file));
    expect(problems).toMatchObject([{ file, line: 8, column: 12, found: 'a value (hidden)' }]);
    expect(JSON.stringify(problems)).not.toContain(key);
  });

  test('too short to be known is hidden all the same where a secret belongs', async () => {
    const problems = await problemsOf(spoil('env:HUBSPOT_TOKEN', 'hunter2'));
    expect(problems).toMatchObject([{ found: 'a value (hidden)', allowed: [expect.stringContaining('env:')] }]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test.each([
    'templates/_all/usage-summary-for-accounts-on-the-highest-plan.email.md',
    'core_enterprise_monthly_2026_with_discount_20',
    '-6521893041173295871',
    'https://hub.example.com/t/welcome',
    'America/Argentina/ComodRivadavia',
  ])('is not what %s is taken for', (text) => {
    expect(looksLikeSecret(text)).toBe(false);
  });
});

describe('a reference', () => {
  test('to a variable that is not set is a warning that names it', async () => {
    const problems = await problemsOf(SMALL, { env: { MIXPANEL_USER: 'u', MIXPANEL_SECRET: 's' } });
    expect(problems).toMatchObject([
      { line: 12, column: 82, severity: 'warning', message: 'the environment variable HUBSPOT_TOKEN is not set here' },
    ]);
  });

  test('in a list, while a webhook secret is changed, is looked at by itself; more than two are refused', async () => {
    const signedWith = (references: string) =>
      problemsOf(
        spoil(
          'auth: { token: env:HUBSPOT_TOKEN }',
          `auth: { token: env:HUBSPOT_TOKEN }, webhook_secret: ${references}`,
        ),
      );
    expect(await signedWith('[file:/nowhere/new, env:HUBSPOT_TOKEN]')).toMatchObject([
      {
        severity: 'warning',
        path: 'connections.crm.webhook_secret[0]',
        message: expect.stringContaining('/nowhere/new'),
      },
    ]);
    expect((await signedWith('[env:A, env:B, env:C]')).filter(({ severity }) => severity === 'error')).toMatchObject([
      { path: 'connections.crm.webhook_secret' },
    ]);
  });

  test('to a file that is not there is a warning that names it', async () => {
    const problems = await problemsOf(spoil('env:HUBSPOT_TOKEN', 'file:/nowhere/hubspot'));
    expect(problems).toMatchObject([
      { severity: 'warning', message: 'the file /nowhere/hubspot is missing or empty here' },
    ]);
  });
});

test('a secret in a file that others may read is a warning with what to do; a new value counts at once', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-secret-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true }));
  const file = path.join(dir, 'token');
  fs.writeFileSync(file, 'first value\n', { mode: 0o600 });
  const reference = `file:${file}`;
  const warnings = () => problemsOf(spoil('env:HUBSPOT_TOKEN', reference));
  expect(await warnings()).toEqual([]);
  fs.chmodSync(file, 0o640);
  expect(await warnings()).toMatchObject([
    { severity: 'warning', path: 'connections.crm.auth.token', example: expect.stringContaining('chmod 600') },
  ]);

  const secret = secretResolver({}, '.');
  expect(secret(reference)).toBe('first value');
  fs.writeFileSync(file, 'second value\n');
  expect(secret(reference)).toBe('second value');
});
