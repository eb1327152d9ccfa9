import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RefusedError } from './errors.ts';
import { knowSecret, maskSecrets, redactDeep, redactHeaders, redactText } from './redact.ts';

describe('by shape', () => {
  test.each([
    ['Authorization: Bearer abc.def-123', 'abc.def'],
    ['key sk_test_51HqLyjWDarjtT1zdp7dc', '51HqLy'],
    ['{"token":"xoxb-1234-abcd"}', '1234-abcd'],
    ['pat-na1-11111111-2222', '11111111'],
    ['"password": "hunter2", next', 'hunter2'],
    ['mail to ana.lopez@acme.example', 'ana.lopez'],
    ['postgres://headroom:p4ssw0rd@db:5432/x', 'p4ssw0rd'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQIBAD\n-----END PRIVATE KEY-----', 'MIIEvQ'],
    ['assertion eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0xx.c2ln', 'c2ln'],
    ['Failed query: insert into x values ($1)\nparams: Dear Ana,7\n    at run (x.ts:1)', 'Dear Ana'],
  ])('%s loses its secret', (text, secret) => {
    expect(redactText(text)).not.toContain(secret);
  });
  test('keeps ordinary words and cuts long text', () => {
    expect(redactText('from_date is required')).toBe('from_date is required');
    expect(redactText('x'.repeat(500))).toHaveLength(301);
  });
  test('keeps only the scheme of a credential header', () => {
    expect(
      redactHeaders([
        ['Authorization', 'Basic abc='],
        ['Accept', 'a'],
        ['Cookie', 'sid=1'],
      ]),
    ).toEqual({
      authorization: 'Basic ***',
      accept: 'a',
      cookie: '***',
    });
  });
});

describe('by value', () => {
  test('a secret that was resolved is shown in none of its spellings, wherever it stands', () => {
    const inside = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ minLength: 12, maxLength: 60 }), inside, inside, (text, before, after) => {
        const secret = text.trim();
        fc.pre(secret.length >= 12 && !/^-----.*-----$/.test(secret));
        knowSecret(secret);
        for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
          // Alone between blanks, so that nothing around it makes it up again.
          expect(maskSecrets(`${before} ${spelling} ${after}`).includes(spelling)).toBe(
            `${before} *** ${after}`.includes(spelling),
          );
        }
      }),
    );
  });

  test('a body that was cut off in the middle of a secret shows none of it', () => {
    knowSecret('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
    expect(maskSecrets('{"you_sent":"0f1e2d3c4b5a69788796a5')).toBe('{"you_sent":"***');
    expect(maskSecrets('MGYxZTJkM2M0YjVhNjk3ODg3OTZhNWI0YzNkMmUxZjA= in base64')).toBe('***= in base64');
  });

  test('a key of many lines is known by each of them', () => {
    knowSecret('-----BEGIN PRIVATE KEY-----\nAAAABBBBCCCC\nDDDDEEEEFFFF\n-----END PRIVATE KEY-----');
    expect(maskSecrets('line 2: DDDDEEEEFFFF')).toBe('line 2: ***');
  });

  test('a short value is no secret that a text could be searched for', () => {
    knowSecret('core');
    expect(maskSecrets('the core product')).toBe('the core product');
  });

  test('an error of a connector never carries one, whoever builds its message', () => {
    knowSecret('an-unusual-passphrase');
    const origin = { connector: 'acme', operation: 'send', vendorCode: 'bad an-unusual-passphrase' };
    const error = new RefusedError('the vendor said: an-unusual-passphrase is wrong', origin);
    expect([error.message, error.stack, error.origin.vendorCode].join()).not.toContain('unusual');
  });
});

test('in JSON every text is redacted, and what a telling name holds is masked whole', () => {
  expect(redactDeep({ at: 1, to: ['ana@acme.example'], apiKey: 'x', nested: { Token: 'y', tokens: 2 } })).toEqual({
    at: 1,
    to: ['***@***'],
    apiKey: '***',
    nested: { Token: '***', tokens: 2 },
  });
});
