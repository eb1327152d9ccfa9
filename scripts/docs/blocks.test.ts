import { expect, test } from 'vitest';
import { fillBlocks, table } from './blocks.ts';

const page = (inside: string) =>
  `Before.\n<!-- made by npm run docs: roles -->\n${inside}<!-- end of roles -->\nAfter.\n`;

test('makes marked parts anew and leaves the rest alone', () => {
  const makers = { roles: () => 'new' };
  const made = page('\nnew\n\n');
  expect(fillBlocks(page('old\n'), makers, 'a.md')).toBe(made);
  expect(fillBlocks(made, makers, 'a.md')).toBe(made);
});

test('names a part that nothing makes, and what there is', () => {
  expect(() => fillBlocks(page(''), { reasons: () => '' }, 'a.md')).toThrow(
    'a.md: nothing makes the part roles; there are reasons',
  );
});

test('names a part without an end', () => {
  const text = page('').replace('<!-- end of roles -->', '');
  expect(() => fillBlocks(text, { roles: () => '' }, 'a.md')).toThrow(
    'a.md: the part roles has no line <!-- end of roles -->',
  );
});

test('a bar in a cell does not end it', () => {
  expect(table(['a', 'b'], [['x | y', 'z']])).toBe('| a | b |\n| --- | --- |\n| x \\| y | z |');
});
