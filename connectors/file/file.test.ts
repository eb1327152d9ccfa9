import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../domain/model.ts';
import type { UsagePage, UsageSource } from '../kit/capabilities.ts';
import { fakeDependencies } from '../kit/testing/dependencies.ts';
import { callWithin } from '../kit/time-limit.ts';
import { file } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

const row = (n: number, receivedAt: string, more: Record<string, Json> = {}) =>
  JSON.stringify({
    type: 'reading',
    receivedAt,
    observedAt: '2026-03-02T00:24:00Z',
    id: `r${n}`,
    account: 'a1',
    product: 'core',
    metric: 'seats',
    used: n,
    limit: 10,
    periodStart: null,
    periodEnd: null,
    ...more,
  });
const metrics = [{ metric: 'people', product: 'core', resets: 'never' as const, read: { metric: 'seats' } }];

function source(path: string): UsageSource {
  const { usage } = file.connect(
    fakeDependencies({ name: 'export', connection: { connector: 'file', mode: 'live', auth: {}, path } }),
  );
  if (!usage) throw new Error('a file is a usage source');
  return usage;
}
async function read(path: string, now: string, checkpoint: Json = null): Promise<UsagePage[]> {
  const pages: UsagePage[] = [];
  const request = { metrics, facts: [], periodOf: () => null, checkpoint, now };
  for await (const page of source(path).readUsage(request, callWithin(10_000))) pages.push(page);
  return pages;
}
const used = (pages: UsagePage[]) => pages.flatMap(({ readings }) => readings.map((reading) => reading.used));

describe.each(['usage.ndjson', 'usage.ndjson.gz'])('%s', (name) => {
  const write = async (text: string) => {
    const path = join(folder, name);
    await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  };

  test('gives readings as they were received, under the names of config', async () => {
    const path = await write(`${row(1, '2026-03-02T01:00:00Z')}\n${row(2, '2026-03-02T02:00:00Z', { limit: null })}\n`);
    const [page] = await read(path, '2026-03-03T00:00:00Z');
    expect(page?.readings).toEqual([
      {
        source: 'export',
        account: 'a1',
        product: 'core',
        metric: 'people',
        observedAt: '2026-03-02T00:24:00Z',
        receivedAt: '2026-03-02T01:00:00Z',
        id: 'r1',
        used: 1,
        limit: 10,
        periodStart: null,
        periodEnd: null,
      },
      expect.objectContaining({ id: 'r2', limit: null }),
    ]);
    expect(page?.complete).toBe(false);
  });

  test('stops at what is not received yet and goes on from there', async () => {
    const lines = [1, 2, 3, 4].map((n) => row(n, `2026-03-02T0${n}:00:00Z`));
    const path = await write(`${lines.join('\n')}\n`);
    const first = await read(path, '2026-03-02T02:00:00Z');
    expect(used(first)).toEqual([1, 2]);
    const second = await read(path, '2026-03-02T03:30:00Z', first.at(-1)?.checkpoint);
    expect(used(second)).toEqual([3]);
    expect(used(await read(path, '2026-03-09T00:00:00Z', second.at(-1)?.checkpoint))).toEqual([4]);
  });

  test('comes in pages of at most 1,000 rows, each of which can be gone on from', async () => {
    const path = await write(Array.from({ length: 2_500 }, (_, n) => `${row(n, '2026-03-02T01:00:00Z')}\n`).join(''));
    const pages = await read(path, '2026-03-03T00:00:00Z');
    expect(pages.map(({ readings }) => readings.length)).toEqual([1_000, 1_000, 500]);
    const rest = await read(path, '2026-03-03T00:00:00Z', pages[0]?.checkpoint);
    expect(used(rest)).toEqual(Array.from({ length: 1_500 }, (_, n) => n + 1_000));
  });

  test('reports bad rows by line number and goes on', async () => {
    const rows = [
      row(1, '2026-03-02T01:00:00Z'),
      'not json',
      '{"type":"reading"}',
      row(2, '2026-03-02T01:00:00Z', { used: -3 }),
      row(3, '2026-03-02T01:00:00Z', { observedAt: 'yesterday' }),
      JSON.stringify({ type: 'reading', long: 'x'.repeat(1_100_000) }),
      '',
      row(4, '2026-03-02T01:00:00Z'),
    ];
    const path = await write(`${rows.join('\n')}\n`);
    const pages = await read(path, '2026-03-03T00:00:00Z');
    expect(used(pages)).toEqual([1, 4]);
    const rejects = pages.flatMap((page) => page.rejects);
    expect(rejects.map(({ reason }) => reason)).toEqual([
      'the line is not JSON',
      expect.stringContaining('receivedAt'),
      expect.stringContaining('used'),
      expect.stringContaining('observedAt'),
      'the line is longer than 1048576 bytes',
    ]);
    expect(rejects.map(({ row: at }) => at)).toEqual([2, 3, 4, 5, 6].map((line) => expect.objectContaining({ line })));
  });

  test('leaves out rows of other kinds and metrics that config does not name', async () => {
    const rows = [
      JSON.stringify({ type: 'ticket', receivedAt: '2026-03-02T01:00:00Z' }),
      row(1, '2026-03-02T01:00:00Z', { metric: 'contacts' }),
    ];
    const [page] = await read(await write(`${rows.join('\n')}\n`), '2026-03-03T00:00:00Z');
    expect([page?.readings, page?.rejects]).toEqual([[], []]);
  });
});

test('a line that is still being written is read when it is whole', async () => {
  const path = join(folder, 'growing.ndjson');
  const whole = row(2, '2026-03-02T02:00:00Z');
  await writeFile(path, `${row(1, '2026-03-02T01:00:00Z')}\n${whole.slice(0, 40)}`);
  const first = await read(path, '2026-03-03T00:00:00Z');
  expect([used(first), first[0]?.rejects]).toEqual([[1], []]);
  await appendFile(path, `${whole.slice(40)}\n`);
  expect(used(await read(path, '2026-03-03T00:00:00Z', first.at(-1)?.checkpoint))).toEqual([2]);
});

test('another file is read from its beginning', async () => {
  const [one, two] = [join(folder, 'one.ndjson'), join(folder, 'two.ndjson')];
  await writeFile(one, `${row(1, '2026-03-02T01:00:00Z')}\n`);
  await writeFile(two, `${row(2, '2026-03-02T01:00:00Z')}\n`);
  const first = await read(one, '2026-03-03T00:00:00Z');
  expect(used(await read(two, '2026-03-03T00:00:00Z', first[0]?.checkpoint))).toEqual([2]);
});

test.each([
  ['missing.ndjson', null, 'does not exist'],
  ['plain.ndjson.gz', 'text', 'is not a gzip file'],
  ['cut.ndjson.gz', gzipSync('x'.repeat(5_000)).subarray(0, 30), 'is cut off'],
])('%s is an error that names the file', async (name, content, reason) => {
  const path = join(folder, name);
  if (content !== null) await writeFile(path, content);
  await expect(read(path, '2026-03-03T00:00:00Z')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(new RegExp(`${name}.*${reason}`)),
  });
});
