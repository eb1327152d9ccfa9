/** Exit codes that scripts may rely on. */
export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;

/** Something to tell the person at the keyboard, with what to do next; never shown with a stack trace. */
export class CliError extends Error {
  readonly remedy: string | null;
  readonly exitCode: number;

  constructor(message: string, options: { remedy?: string | null; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.remedy = options.remedy ?? null;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** What was asked for cannot be: exit code 2. */
export function badInput(message: string, remedy: string | null = null): CliError {
  return new CliError(message, { remedy, exitCode: EXIT.badInput });
}
