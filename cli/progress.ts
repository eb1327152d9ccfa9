import ora from 'ora';
import type { Cli } from './cli.ts';

export interface Progress {
  /** What is being waited for now. */
  say: (step: string) => void;
  /** Ends without a trace, so that the result can be printed. */
  clear: () => void;
}

/** A spinner on a terminal; elsewhere each step is a line, so that logs show where it stands. */
export function startProgress(cli: Cli, first: string): Progress {
  if (!cli.terminal) {
    cli.err(`${first} …`);
    return { say: (step) => cli.err(`${step} …`), clear: () => {} };
  }
  const spinner = ora({ text: first, color: cli.color.err ? 'cyan' : false }).start();
  return {
    say: (step) => {
      spinner.text = step;
    },
    clear: () => spinner.stop(),
  };
}

/** The same around a request that is usually over at once: says nothing where no spinner can move. */
export async function waiting<T>(cli: Cli, text: string, work: () => Promise<T>): Promise<T> {
  if (!cli.terminal) return work();
  const progress = startProgress(cli, text);
  try {
    return await work();
  } finally {
    progress.clear();
  }
}
