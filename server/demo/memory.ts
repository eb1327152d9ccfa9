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

/** Parents by process id, as they are now. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // The second field is the name in brackets and may hold anything: count from behind it.
      found.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}

/** The most memory seen so far by process: hub, sandbox, driver, PostgreSQL and Temporal. */
export class MemoryWatch {
  readonly #peaks: Record<string, number> = {};
  #peakWithoutTemporal = 0;

  /** @param roots by name; each process counts for the nearest of them among itself and its forebears */
  sample(roots: Record<string, number>): void {
    if (process.platform !== 'linux') return;
    const nameOf = new Map(Object.entries(roots).map(([name, pid]) => [pid, name]));
    const parentOf = parents();
    const now: Record<string, number> = {};
    for (const pid of parentOf.keys()) {
      let at: number | undefined = pid;
      while (at !== undefined && at > 1 && !nameOf.has(at)) at = parentOf.get(at);
      const name = at === undefined ? undefined : nameOf.get(at);
      const mb = name === undefined ? null : pssMb(pid);
      if (name !== undefined && mb !== null) now[name] = (now[name] ?? 0) + mb;
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
