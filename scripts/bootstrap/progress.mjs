// @ts-check

/** How often a line is repeated where it cannot be rewritten in place (a log file, CI). */
const REPEAT_MS = 15_000;

/**
 * @typedef {object} Progress
 * @property {<T>(what: string, work: () => Promise<T>, done?: (result: T) => string) => Promise<T>} during
 *   shows `what` with the time spent until the work ends, then the final line
 * @property {(line: string) => void} note prints one line
 * @property {() => void} clear removes the line being rewritten
 */

/**
 * Shows that something slow is alive: a silent minute looks like a hang.
 * @param {Pick<NodeJS.WriteStream, 'write' | 'isTTY'>} out
 * @returns {Progress}
 */
export function createProgress(out) {
  const clear = () => {
    if (out.isTTY) out.write('\r\u001b[2K');
  };
  return {
    clear,
    note: (line) => out.write(`${line}\n`),
    async during(what, work, done) {
      const startedAt = Date.now();
      const spent = () => formatSeconds(Math.round((Date.now() - startedAt) / 1000));
      const show = () => out.write(out.isTTY ? `\r\u001b[2K… ${what} (${spent()})` : `… ${what} (${spent()})\n`);
      show();
      const timer = setInterval(show, out.isTTY ? 1000 : REPEAT_MS);
      try {
        const result = await work();
        clear();
        if (done) out.write(`✓ ${done(result)} in ${spent()}\n`);
        return result;
      } finally {
        clearInterval(timer);
        clear();
      }
    },
  };
}

/**
 * @param {number} seconds
 * @returns {string} `42 s` or `3 min 26 s`
 */
export function formatSeconds(seconds) {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
