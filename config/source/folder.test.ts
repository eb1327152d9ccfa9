import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfigFolder, type Problem } from '../load.ts';
import { registry } from '../testing/registry.ts';
import { ENV, SMALL } from '../testing/small-folder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-config-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function write(files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
  }
}

async function problems(folder = dir): Promise<Problem[]> {
  const result = await loadConfigFolder(folder, { connectors: registry, env: ENV });
  return result.ok ? result.warnings : result.problems;
}

describe('a folder on disk', () => {
  test('loads, with the hash of its files whatever else lies beside them', async () => {
    await write({ ...SMALL, 'notes.txt': 'not ours', 'templates/.DS_Store': 'x' });
    const first = await loadConfigFolder(dir, { connectors: registry, env: ENV });
    await write({ 'notes.txt': 'changed' });
    const second = await loadConfigFolder(dir, { connectors: registry, env: ENV });
    if (!first.ok || !second.ok) throw new Error('the small folder must load');
    expect(first.config.hash).toBe(second.config.hash);
    expect(Object.keys(first.config.files).toSorted()).toEqual(Object.keys(SMALL).toSorted());
  });

  test('that does not exist is named', async () => {
    expect(await problems(join(dir, 'nowhere'))).toMatchObject([{ message: `there is no folder ${dir}/nowhere` }]);
  });

  test('that is a file is named', async () => {
    await write({ 'headroom.yaml': 'version: 1' });
    expect(await problems(join(dir, 'headroom.yaml'))).toMatchObject([
      { message: expect.stringContaining('is a file; name the folder') },
    ]);
  });

  test('without headroom.yaml says so, and which file may have been meant', async () => {
    await write({ 'headroom.yml': 'version: 1' });
    expect(await problems()).toMatchObject([
      { file: 'headroom.yaml', line: 1, column: 1, message: expect.stringContaining('rename headroom.yml?') },
    ]);
  });

  test('with 5 MB of YAML is refused before it is parsed', async () => {
    await write({ ...SMALL, 'headroom.yaml': `${SMALL['headroom.yaml']}${'# x\n'.repeat(1_310_720)}` });
    const [problem, ...others] = await problems();
    expect(problem).toMatchObject({
      file: 'headroom.yaml',
      line: 1,
      message: expect.stringContaining('the file has 5.0 MB; at most 1 MB'),
    });
    expect(others).toEqual([]);
  });

  test('with a file that is no UTF-8 text is told to save it again', async () => {
    await write({ ...SMALL, 'headroom.yaml': Buffer.from([0x76, 0xff, 0xfe]) });
    expect(await problems()).toMatchObject([{ message: 'the file is not UTF-8 text; save it again as UTF-8' }]);
  });

  test('with a headroom.yaml that is a folder is told that it cannot be read', async () => {
    await mkdir(join(dir, 'headroom.yaml'));
    expect(await problems()).toMatchObject([{ message: 'the file cannot be read (EISDIR)' }]);
  });
});
