import { createColors } from 'picocolors';
import type { Problem } from './problem.ts';

/** More names than this help nobody in a terminal; `--json` has them all. */
const NAMES_SHOWN = 12;

/**
 * Problems as text for people, errors first: one block each, the place first, so that editors and terminals make it a
 * link. Ends with a count.
 */
export function formatProblems(problems: Problem[], options: { color: boolean }): string {
  const paint = createColors(options.color);
  const blocks = [...of(problems, 'error'), ...of(problems, 'warning')].map((problem) => {
    const place = paint.bold(`${problem.file}:${problem.line}:${problem.column}`);
    const severity = problem.severity === 'error' ? paint.red('error') : paint.yellow('warning');
    const where = problem.path === '' ? '' : `${problem.path}: `;
    const detail = details(problem).map(([label, text]) => `    ${paint.dim(label.padEnd(13))}${text}`);
    const block = [`${place}  ${severity}  ${where}${problem.message}`, ...detail].join('\n');
    return detail.length > 0 ? `${block}\n\n` : `${block}\n`;
  });
  const text = blocks.join('');
  return `${text}${text.endsWith('\n\n') ? '' : '\n'}${summary(problems)}`;
}

function of(problems: Problem[], severity: Problem['severity']): Problem[] {
  return problems.filter((problem) => problem.severity === severity);
}

function details(problem: Problem): [label: string, text: string][] {
  const rows: [string, string][] = [];
  if (problem.found !== null) rows.push(['found', problem.found]);
  if (problem.allowed.length > 0) rows.push(['allowed', list(problem.allowed)]);
  if (problem.suggestion !== null) rows.push(['did you mean', `${problem.suggestion}?`]);
  if (problem.example !== null) rows.push(['example', problem.example.replaceAll('\n', `\n${' '.repeat(17)}`)]);
  return rows;
}

function list(names: string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function summary(problems: Problem[]): string {
  const errors = of(problems, 'error').length;
  const warnings = problems.length - errors;
  const parts = [];
  if (errors > 0) parts.push(`${errors} ${errors === 1 ? 'error' : 'errors'}`);
  if (warnings > 0) parts.push(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`);
  return parts.length === 0 ? 'no problems' : parts.join(', ');
}
