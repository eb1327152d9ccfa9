// @ts-check
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { BootstrapError } from './errors.mjs';
import { withLock } from './lock-file.mjs';
import { run } from './run.mjs';

/**
 * Installs the packages of package-lock.json unless they are there already.
 * @param {{ root: string, progress: import('./progress.mjs').Progress }} options
 */
export async function ensureInstalled({ root, progress }) {
  if (isStamped(root)) return;
  await withLock(
    path.join(root, '.install.lock'),
    async () => {
      if (isStamped(root)) return;
      if (!matchesLockfile(root)) await install(root, progress);
      fs.writeFileSync(stampFile(root), stampOf(root));
    },
    (holder) => progress.note(`… waiting for process ${holder.pid}, which is installing packages in this clone`),
  );
}

/**
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 */
async function install(root, progress) {
  const npmCli = process.env.npm_execpath;
  const [command, args] = npmCli?.endsWith('npm-cli.js') ? [process.execPath, [npmCli, 'ci']] : ['npm', ['ci']];
  const result = await progress.during('installing packages from package-lock.json', () =>
    run(command, [...args, '--no-progress'], { cwd: root }),
  );
  if (!result.ok) {
    throw new BootstrapError(
      'Installing packages failed. Check that `npm ping` answers from this machine, then run the command again.\n' +
        `npm ci said:\n${complaintsOf(result.output)}`,
    );
  }
  progress.note('✓ packages installed');
}

/**
 * npm's own error lines, without its warnings and without the list of its options.
 * @param {string} output
 */
export function complaintsOf(output) {
  const lines = output.split('\n').filter((line) => /^npm (error|ERR!) \S/.test(line));
  return (lines.length > 0 ? lines.slice(0, 12) : output.trim().split('\n').slice(-12))
    .map((line) => `  ${line}`)
    .join('\n');
}

/**
 * Whether the last install was of this very lockfile, on this platform.
 * @param {string} root
 */
export function isStamped(root) {
  try {
    return fs.readFileSync(stampFile(root), 'utf8') === stampOf(root);
  } catch {
    return false;
  }
}

/**
 * Whether node_modules already holds what the lockfile asks for, as after a developer's own `npm install`: `npm ci`
 * would delete it and fetch everything again.
 * @param {string} root
 */
export function matchesLockfile(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const present = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([where, entry]) => {
    if (where === '') return true;
    const found = present[where];
    // Optional packages of other platforms are in the lockfile and never in node_modules.
    if (!found) return entry.optional === true;
    return (
      found.version === entry.version && found.integrity === entry.integrity && fs.existsSync(path.join(root, where))
    );
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | null}
 */
function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, 'node_modules', '.headroom-install');
}

/** @param {string} root */
function stampOf(root) {
  const lockfile = fs.readFileSync(path.join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`;
}
