/** Parts of a page that are made from code stand between two comments; the text around them is written by people. */
const BLOCK = /(<!-- made by npm run docs: ([a-z-]+) -->\n)[\s\S]*?(<!-- end of \2 -->)/g;

/**
 * The page with every marked part made anew.
 * @throws an Error that names the file when a mark has no maker or no end
 */
export function fillBlocks(text: string, makers: Record<string, () => string>, file: string): string {
  const opened = [...text.matchAll(/<!-- made by npm run docs: (\S+) -->/g)].map((match) => match[1]);
  const closed = [...text.matchAll(BLOCK)].map((match) => match[2]);
  const unclosed = opened.find((name, i) => name !== closed[i]);
  if (unclosed !== undefined) throw new Error(`${file}: the part ${unclosed} has no line <!-- end of ${unclosed} -->`);
  return text.replace(BLOCK, (_, begin: string, name: string, end: string) => {
    const make = makers[name];
    if (!make)
      throw new Error(`${file}: nothing makes the part ${name}; there are ${Object.keys(makers).sort().join(', ')}`);
    return `${begin}\n${make()}\n\n${end}`;
  });
}

/** A Markdown table. Cells are one line each; a bar in them must not end the cell. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export const code = (text: string): string => `\`${text}\``;
