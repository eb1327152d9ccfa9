/** A step into the config: names of keys, indexes of lists. */
export type Path = readonly (string | number)[];

export interface Position {
  /** 1-based. */
  line: number;
  column: number;
}

/** Something in the folder that is wrong, or (warning) probably not meant. Written for RevOps. */
export interface Problem extends Position {
  /** Relative to the folder. */
  file: string;
  /** `triggers.usage_80.play`; empty when it is about the whole file. */
  path: string;
  /** Never a secret's value. */
  found: string | null;
  allowed: string[];
  /** The right name that is most like the wrong one. */
  suggestion: string | null;
  /** A line as it could stand there. */
  example: string | null;
  message: string;
  severity: 'error' | 'warning';
}

/** What a check says; the rest has defaults. */
export type ProblemText = Pick<Problem, 'message'> &
  Partial<Pick<Problem, 'found' | 'allowed' | 'suggestion' | 'example' | 'severity'>>;

export function makeProblem(file: string, position: Position, path: Path, text: ProblemText): Problem {
  return {
    file,
    line: position.line,
    column: position.column,
    path: pathText(path),
    found: null,
    allowed: [],
    suggestion: null,
    example: null,
    severity: 'error',
    ...text,
  };
}

/** `plays.urgent.steps[2].send` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** In the order of reading: file, line, column. */
export function sortProblems(problems: Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      Number(a.file.includes('/')) - Number(b.file.includes('/')) ||
      a.file.localeCompare(b.file) ||
      a.line - b.line ||
      a.column - b.column,
  );
}
