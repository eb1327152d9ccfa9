// @ts-check
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

/**
 * Whether a process runs. A zombie does not: it has ended, only nobody has asked how (usual in containers without an
 * init that reaps), and kill(pid, 0) would still find it.
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return statOf(pid)?.state !== 'Z';
}

/**
 * When a process started, in the kernel's own ticks: with the pid it names a process for good, since pids come back.
 * @param {number} pid
 * @returns {string | null} null where there is no /proc (macOS): then only the pid tells
 */
export function startTimeOf(pid) {
  return statOf(pid)?.startTime ?? null;
}

/**
 * @param {number} pid
 * @returns {string} the command line, arguments parted by spaces; empty when it cannot be known
 */
export function commandOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
  }
}

/** @param {number} pid */
function statOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startTime: fields[19] ?? null };
  } catch {
    return null;
  }
}
