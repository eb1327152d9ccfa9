/** How the conformance suite tries the usage file. There is no vendor: what goes wrong, goes wrong in the file. */
import { rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { UsagePage } from '../kit/capabilities.ts';
import { defineConformance, offered, pagesOf, type ReadSample, type Scene } from '../kit/conformance.ts';
import { ConnectorError } from '../kit/errors.ts';

const NO_CALLS = 'a file is read from its beginning to its end: there are no pages and no cursors of a vendor';
const fileOf = (sceneId: string) => path.join(os.tmpdir(), `${sceneId}.ndjson.gz`);

const row = (scene: Scene, more: Record<string, unknown> = {}) => ({
  type: 'reading',
  receivedAt: scene.now,
  observedAt: scene.now,
  id: 'r1',
  account: scene.account,
  product: 'core',
  metric: 'seats',
  used: 9,
  limit: 10,
  ...more,
});

/** Reads a file with this content; `bytes` cuts it short. */
async function read(scene: Scene, rows: unknown[], bytes?: number): Promise<UsagePage[]> {
  const packed = gzipSync(rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
  writeFileSync(fileOf(scene.id), packed.subarray(0, bytes));
  const metric = { metric: 'seats', product: 'core', resets: 'never' as const, read: { metric: 'seats' } };
  const request = { metrics: [metric], facts: [], periodOf: () => null, checkpoint: null, now: scene.now };
  try {
    return await pagesOf(offered(scene.capabilities.usage).readUsage(request, scene.call()));
  } finally {
    rmSync(fileOf(scene.id), { force: true });
  }
}

const used = (pages: UsagePage[]) => pages.flatMap(({ readings }) => readings.map((reading) => reading.used)).join();
const rejected = (pages: UsagePage[]) => pages.flatMap(({ rejects }) => rejects).length;

const own: ReadSample['own'] = {
  unknown_field: async (scene) => {
    const pages = await read(scene, [row(scene, { colour: 'blue' })]);
    return used(pages) === '9' && rejected(pages) === 0
      ? null
      : 'a field that nobody asked for made the row unreadable';
  },
  missing_field: async (scene) => {
    const pages = await read(scene, [row(scene, { used: undefined }), row(scene, { id: 'r2', used: 8 })]);
    return used(pages) === '8' && rejected(pages) === 1
      ? null
      : `without \`used\` it reads ${used(pages) || 'nothing'}`;
  },
  empty: async (scene) => {
    const pages = await read(scene, []);
    return used(pages) === '' && rejected(pages) === 0 ? null : 'an empty file is not empty';
  },
  truncated: async (scene) => {
    try {
      await read(
        scene,
        Array.from({ length: 500 }, (_, n) => row(scene, { id: `r${n}` })),
        200,
      );
    } catch (error) {
      return error instanceof ConnectorError ? null : `a file that is cut off fails without a name: ${String(error)}`;
    }
    return 'a file that is cut off reads as if it were whole';
  },
};

export const conformance = defineConformance({
  connection: {},
  writes: [],
  reads: [
    {
      name: 'usage.readUsage',
      settings: (sceneId) => ({ path: fileOf(sceneId) }),
      read: async (scene) => used(await read(scene, [row(scene)])),
      own,
      notApplicable: { page_lost: NO_CALLS, page_repeated: NO_CALLS, cursor_expired: NO_CALLS },
    },
  ],
});
