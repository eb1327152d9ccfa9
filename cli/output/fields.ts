import { createColors } from 'picocolors';
import type { Cli } from '../cli.ts';

/** Names and values, one pair a line, values under one another. */
export function printFields(cli: Cli, fields: [name: string, value: string][]): void {
  const paint = createColors(cli.color.out);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  for (const [name, value] of fields) cli.out(`  ${paint.dim(name.padEnd(width))}  ${value}`);
}
