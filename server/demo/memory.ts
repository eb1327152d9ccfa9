import { readdirSync, readFileSync } from 'node:fs';

/** Proportional set size of a process in megabytes; null where the system does not tell, or the process is gone. */
function pssMb(pid: number): number | null {
  try {
    const kb = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) / 1_024;
  } catch {
    return null;
  }
}

function parentOf(pid: number): { parent: number; name: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { name, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
  } catch {
    return null;
  }
}

/** A process and everything it started, by the name of the program. */
function familyOf(root: number): { pid: number; name: string }[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  const known = new Map(
    all.flatMap((pid) => {
      const found = parentOf(pid);
      return found ? [[pid, found] as const] : [];
    }),
  );
  const isOurs = (pid: number): boolean => pid === root || (known.has(pid) && isOurs(known.get(pid)?.parent ?? 0));
  return [...known].filter(([pid]) => pid > 1 && isOurs(pid)).map(([pid, { name }]) => ({ pid, name }));
}

/** The most memory seen so far by process: hub, sandbox, driver, PostgreSQL and Temporal. */
export class MemoryWatch {
  readonly #peaks: Record<string, number> = {};
  #peakWithoutTemporal = 0;

  /** @param roots the processes we started, by name; servers among their descendants count by themselves */
  sample(roots: Record<string, number>, servers: Record<string, number>): void {
    if (process.platform !== 'linux') return;
    const now: Record<string, number> = {};
    for (const [name, root] of Object.entries({ ...roots, ...servers })) {
      for (const one of familyOf(root)) {
        const apart = Object.values(servers).includes(one.pid) && servers[name] !== one.pid;
        if (apart) continue;
        const mb = pssMb(one.pid);
        if (mb !== null) now[name] = (now[name] ?? 0) + mb;
      }
    }
    for (const [name, mb] of Object.entries(now)) this.#peaks[name] = Math.max(this.#peaks[name] ?? 0, mb);
    const total = Object.entries(now).reduce((sum, [name, mb]) => (name === 'temporal' ? sum : sum + mb), 0);
    this.#peakWithoutTemporal = Math.max(this.#peakWithoutTemporal, total);
  }

  report(): { pssMbByProcess: Record<string, number>; peakMbWithoutTemporal: number } {
    const rounded = Object.fromEntries(Object.entries(this.#peaks).map(([name, mb]) => [name, Math.round(mb)]));
    return { pssMbByProcess: rounded, peakMbWithoutTemporal: Math.round(this.#peakWithoutTemporal) };
  }
}
