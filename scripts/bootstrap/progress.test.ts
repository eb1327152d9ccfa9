import { expect, test } from 'vitest';
import { createProgress, formatSeconds } from './progress.mjs';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { written, progress: createProgress({ isTTY, write: (text) => written.push(String(text)) > 0 }) };
}

test('shows what runs at once, and what came of it at the end', async () => {
  const { written, progress } = recorder(false);
  const result = await progress.during(
    'building',
    async () => 'file',
    (made) => `built ${made}`,
  );
  expect(result).toBe('file');
  expect(written).toEqual(['… building (0 s)\n', '✓ built file in 0 s\n']);
});

test('leaves no half line on a terminal when the work fails', async () => {
  const { written, progress } = recorder(true);
  await expect(progress.during('building', () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
  expect(written.at(-1)).toBe('\r\u001b[2K');
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [206, '3 min 26 s'],
])('%d seconds read %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
