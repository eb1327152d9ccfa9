import { makeProblem, type Problem } from '../problem.ts';

/** What YAML stumbles over only further down: the parser's own complaint is then about another line. */
export function culprits(file: string, text: string, lineOffset: number): Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const at = (column: number) => ({ line: index + 1 + lineOffset, column });
    const tab = /^ *\t/.exec(line)?.[0].length;
    if (tab !== undefined) return [makeProblem(file, at(tab), [], TAB)];
    const comment = swallowed(line);
    return comment === null
      ? []
      : [makeProblem(file, at(line.indexOf(comment) + 1), [], commentProblem(line, comment))];
  });
}

const TAB = {
  message: 'a tab in the indentation: YAML allows spaces only; replace each tab by two spaces',
  found: 'a tab',
  allowed: ['spaces'],
  example: '  starter: { price: starter_monthly }',
};

/** `{ slack: #expansion, email: x }`: the closing bracket is a part of the comment. */
function swallowed(line: string): string | null {
  const [, before = '', comment = ''] = /^(.*[{[,].*:\s+)(#[^\s#].*[}\]].*)$/.exec(line) ?? [];
  const isQuoted = before.split('"').length % 2 === 0 || before.split("'").length % 2 === 0;
  return comment === '' || isQuoted || before.includes(' #') ? null : comment;
}

/** What a comment in the place of a value is told with: `slack: #expansion`. */
export function commentProblem(line: string, comment: string): { message: string; found: string; example: string } {
  const name = /([\w-]+):\s+$/.exec(line.slice(0, line.indexOf(comment)))?.[1] ?? 'slack';
  const word = /^#[^\s,}\]]+/.exec(comment)?.[0] ?? comment;
  return {
    message: `a # after a space begins a comment, so ${name} is empty: put the value in quotes`,
    found: comment,
    example: `${name}: "${word}"`,
  };
}

/** The comment that stands where a value was meant: it follows the name at once, and no space follows its `#`. */
export function commentInPlace(line: string): string | null {
  return /:\s+(#[^\s#].*)$/.exec(line)?.[1] ?? null;
}
