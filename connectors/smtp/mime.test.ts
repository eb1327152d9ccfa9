import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import type { MessageInput } from '../kit/capabilities.ts';
import { InvalidInputError } from '../kit/errors.ts';
import { buildMail } from './mime.ts';
import { mailInput } from './testing/mail.ts';

const options = { domain: 'mail.tidewater.example', tenant: 'Tidewater', date: new Date('2026-03-09T10:00:00Z') };
const build = (changes: Partial<MessageInput> = {}) => buildMail(mailInput(changes), options);
/** Header names and values, unfolded: what a line break smuggled in would add to. */
const headerNames = (raw: string) =>
  (raw.split('\r\n\r\n')[0] ?? '')
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n')
    .map((line) => line.split(':')[0]);

const HEADERS = [
  'From',
  'To',
  'Subject',
  'Message-ID',
  'Date',
  'X-Headroom-Effect',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'MIME-Version',
  'Content-Type',
];

describe('the message', () => {
  test('is the same bytes for the same effect, and has a Message-ID that tells nothing', () => {
    expect(build()).toEqual(build());
    expect(build().messageId).toMatch(/^<[\w-]{43}@mail\.tidewater\.example>$/);
    expect(build({ effectKey: 'other' }).messageId).not.toBe(build().messageId);
    expect(build().messageId).not.toContain('zoe');
  });

  test('reads back as it was written, UTF-8 and long lines included', async () => {
    const text = `Größe: 95 % 📈\n\n${'long '.repeat(400)}\n.\nFrom here on, a lone dot and a From line.`;
    const html = `<p>Größe &amp; mehr ${'ä'.repeat(2_000)}</p>`;
    const subject = `Zoë, Summit hat 95 % erreicht – ${'sehr '.repeat(30)}lang 📈`;
    const parsed = await PostalMime.parse(build({ text, html, subject }).raw);
    expect(parsed.subject).toBe(subject);
    expect(parsed.text?.replace(/\r?\n/g, '\n').trimEnd()).toBe(text);
    expect(parsed.html?.trimEnd()).toBe(html);
    expect(parsed.to).toEqual([{ name: 'Zoë Álvarez', address: 'zoe@acme.example' }]);
    expect(parsed.from).toEqual({ name: 'Customer success', address: 'success@tidewater.example' });
    expect(parsed.date).toBe('2026-03-09T10:00:00.000Z');
  });

  test('is text first, HTML last, so that the richest part is shown', () => {
    const types = [...build().raw.matchAll(/^Content-Type: ([\w/]+)/gm)].map(([, type]) => type);
    expect(types).toEqual(['multipart/alternative', 'text/plain', 'text/html']);
  });

  test('is ASCII with CRLF line ends, and no line is too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (text, html) => {
        const { raw } = build({ text, html, subject: `S ${text}` });
        expect([...raw].every((character) => character.charCodeAt(0) < 128)).toBe(true);
        expect(raw.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/);
        expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
      }),
      { numRuns: 40 },
    );
  });
});

describe('one-click unsubscribe', () => {
  test('stands in the headers as RFC 8058 asks', async () => {
    const parsed = await PostalMime.parse(build({ unsubscribeUrl: `https://hub.example/u/${'t'.repeat(400)}` }).raw);
    const header = (name: string) => parsed.headers.find(({ key }) => key === name)?.value;
    expect(header('list-unsubscribe')).toBe(`<https://hub.example/u/${'t'.repeat(400)}>`);
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  });

  test('marketing mail without it is refused, service mail may lack it', () => {
    expect(() => build({ category: 'marketing', unsubscribeUrl: null })).toThrow(InvalidInputError);
    expect(build({ category: 'service', unsubscribeUrl: null }).raw).not.toContain('List-Unsubscribe');
  });

  test.each(['javascript:alert(1)', 'mailto:x@y.example', 'no url'])('%s is no unsubscribe link', (unsubscribeUrl) => {
    expect(() => build({ unsubscribeUrl })).toThrow(InvalidInputError);
  });
});

describe('header injection', () => {
  test('no text of ours or of the customer adds a header', () => {
    const hostile = fc
      .tuple(fc.string({ unit: 'binary' }), fc.constantFrom('\r\n', '\n', '\r', '\u0000', '\u2028'), fc.string())
      .map(([before, end, after]) => `${before}${end}Bcc: evil@x.example${end}${end}${after}`);
    fc.assert(
      fc.property(hostile, (text) => {
        const { raw } = build({
          subject: text,
          to: { email: 'zoe@acme.example', name: text, userId: null },
          from: `${text.replace(/["()<>@,;:\\[\]]/g, '')} <success@tidewater.example>`,
          unsubscribeUrl: `https://hub.example/u/${text}`,
        });
        expect(headerNames(raw)).toEqual(HEADERS);
      }),
    );
  });

  test.each(['', 'zoe', 'a@b, c@d', 'a@b\r\nRCPT TO:<evil@x>', '<a@b>', 'a b@c', 'a@b>', '"x"@y'])(
    'the recipient %j is refused',
    (email) => {
      expect(() => build({ to: { email, name: null, userId: null } })).toThrow(InvalidInputError);
    },
  );
});
