import type { Launch } from './launch.ts';

/** Everything that commands know of the world around them; tests bring their own. */
export interface Cli {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Results, to standard output; a line break is added. */
  out: (text: string) => void;
  /** Everything else (progress, warnings, errors), to standard error. */
  err: (text: string) => void;
  /** Whether colours may be used on each. */
  color: { out: boolean; err: boolean };
  /** Standard error is a terminal: progress may move. */
  terminal: boolean;
  launch: Launch;
  /** Resolves when the person asks for the end, as with Ctrl-C. */
  stopAsked: () => Promise<void>;
  /** What the process ends with, unless a command throws. */
  exitCode: number;
}
