import { expect, test } from 'vitest';
import { knowSecret } from '../connectors/kit/redact.ts';
import { makeLog } from './log.ts';

function logged(write: (log: ReturnType<typeof makeLog>) => void): string {
  const lines: string[] = [];
  write(makeLog('info', { write: (line) => lines.push(line) }));
  return lines.join('');
}
const SECRET = 'correct horse battery staple';
knowSecret(SECRET);

test('no line shows a secret that was resolved: in words, fields, names, errors, causes or children', () => {
  const text = logged((log) => {
    log.warn(`it said ${SECRET}`);
    log.warn({ detail: { [SECRET]: [SECRET] } }, 'nested');
    log.error({ err: new Error('outer', { cause: new Error(`inner ${SECRET}`) }) }, 'failed');
    log.child({ account: SECRET }).info('child');
  });
  expect(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).msg),
  ).toEqual(['it said ***', 'nested', 'failed', 'child']);
  expect(text).not.toContain(SECRET);
  expect(text).toContain('inner ***');
});

test('what an error carries besides its words stays out: rows, requests, answers', () => {
  const error = Object.assign(new Error('Failed query: insert into effect values ($1)\nparams: Dear Ana'), {
    code: '23505',
    params: ['Dear Ana'],
    response: { body: 'Dear Ana' },
  });
  const text = logged((log) => log.error({ err: error }, 'not stored'));
  expect(text).not.toContain('Dear Ana');
  expect(JSON.parse(text).err).toMatchObject({ code: '23505', message: expect.stringContaining('Failed query') });
});

test('a line that is no JSON is redacted as text', () => {
  const text = logged((log) => log.info({ big: 10n ** 400n }, SECRET));
  expect(text).not.toContain(SECRET);
});
