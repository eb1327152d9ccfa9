/** Stands where a new connector still has to be written; the conformance suite prints it as the next thing to do. */
export class NotWrittenError extends Error {
  constructor(next: string) {
    super(`not written yet: ${next}`);
    this.name = 'NotWrittenError';
  }
}

/** @param next the file, and what belongs there */
export function notWritten(next: string): never {
  throw new NotWrittenError(next);
}
