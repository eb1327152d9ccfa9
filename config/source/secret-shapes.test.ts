import { expect, test } from 'vitest';
import { looksLikeSecret } from './secret-shapes.ts';

test('a path is no secret, whatever digits its temporary folders end in', () => {
  expect(looksLikeSecret('/tmp/headroom-test-05a010/usage.ndjson')).toBe(false);
  expect(looksLikeSecret('/srv/app-0f1e2d/current/world-2026/usage.ndjson.gz')).toBe(false);
});

test('a random token is one, also below a path', () => {
  expect(looksLikeSecret('k7Zp2Qm94Xw0Tb8Rv3Ls6Yd1')).toBe(true);
  expect(looksLikeSecret('/srv/k7Zp2Qm94Xw0Tb8Rv3Ls6Yd1')).toBe(true);
});
