import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { makeProblem, type Problem } from '../problem.ts';

export const MAIN_FILE = 'headroom.yaml';
const TEMPLATES = 'templates';
const BYTES_AT_MOST = 1024 * 1024;
const FILES_AT_MOST = 1_000;

/** Relative path (always with `/`) → text. */
export type Files = Record<string, string>;

export interface Folder {
  files: Files;
  problems: Problem[];
}

/** Reads headroom.yaml and templates/. What cannot be read is a problem, never an exception. */
export async function readFolder(dir: string): Promise<Folder> {
  const kind = await stat(dir).catch(() => null);
  if (!kind?.isDirectory()) {
    const message = kind ? `${dir} is a file; name the folder that holds ${MAIN_FILE}` : `there is no folder ${dir}`;
    return { files: {}, problems: [fileProblem(MAIN_FILE, message)] };
  }
  const files: Files = {};
  const problems: Problem[] = [];
  const names = (await readdir(dir)).includes(MAIN_FILE) ? [MAIN_FILE] : [];
  if (names.length === 0) problems.push(await missingMainFile(dir));
  names.push(...(await templateNames(dir)));
  if (names.length > FILES_AT_MOST) {
    problems.push(fileProblem(TEMPLATES, `the folder holds ${names.length} files; at most ${FILES_AT_MOST} are read`));
  }
  for (const name of names.slice(0, FILES_AT_MOST)) {
    const result = await readText(join(dir, name));
    if (typeof result === 'string') files[name] = result;
    else problems.push(fileProblem(name, result.problem));
  }
  return { files, problems };
}

/** SHA-256 of all files, hexadecimal: names and contents, whatever order they were read in. */
export function hashFiles(files: Files): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).toSorted()) {
    const text = files[name] ?? '';
    hash.update(`${Buffer.byteLength(name)}:${name}${Buffer.byteLength(text)}:${text}`);
  }
  return hash.digest('hex');
}

function fileProblem(file: string, message: string, example: string | null = null): Problem {
  return makeProblem(file, { line: 1, column: 1 }, [], { message, example });
}

async function missingMainFile(dir: string): Promise<Problem> {
  const similar = (await readdir(dir)).find((name) => /^headroom\.(yml|json|yaml\..*)$|\.ya?ml$/i.test(name));
  const message = similar
    ? `there is no ${MAIN_FILE} in ${dir}; rename ${similar}?`
    : `there is no ${MAIN_FILE} in ${dir}`;
  return fileProblem(MAIN_FILE, message, 'copy config/examples/tidewater as a start');
}

async function templateNames(dir: string): Promise<string[]> {
  const entries = await readdir(join(dir, TEMPLATES), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

async function readText(path: string): Promise<string | { problem: string }> {
  try {
    const { size } = await stat(path);
    if (size > BYTES_AT_MOST) {
      const mb = (size / BYTES_AT_MOST).toFixed(1);
      return { problem: `the file has ${mb} MB; at most 1 MB is read. Did something else end up in it?` };
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) return { problem: 'the file is not UTF-8 text; save it again as UTF-8' };
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { problem: `the file cannot be read (${code})` };
  }
}
