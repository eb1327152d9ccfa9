/**
 * The little markup of template bodies: paragraphs, `## headings`, `- lists`, `**bold**`, named blocks such as
 * [[usage]] and lines that hold only Liquid tags. Markup is read before Liquid runs: a value is never markup.
 */
export type Block =
  | { kind: 'heading' | 'paragraph'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'named'; name: string; line: number }
  | { kind: 'logic'; tags: string };

const NAMED = /^\[\[\s*([a-z_]+)\s*\]\]$/;
const LOGIC = /^(?:\{%(?:(?!%\}).)*%\}\s*)+$/;

/** `line` of named blocks is 0-based within the body. */
export function readMarkup(body: string): Block[] {
  const blocks: Block[] = [];
  let open: { kind: 'heading' | 'paragraph'; text: string } | { kind: 'list'; items: string[] } | null = null;
  const close = () => {
    open = null;
  };
  for (const [index, raw] of body.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const named = NAMED.exec(line);
    if (line === '') close();
    else if (named) {
      close();
      blocks.push({ kind: 'named', name: named[1] ?? '', line: index });
    } else if (LOGIC.test(line)) {
      close();
      blocks.push({ kind: 'logic', tags: line });
    } else if (line.startsWith('## ')) {
      close();
      blocks.push({ kind: 'heading', text: line.slice(3) });
    } else if (line.startsWith('- ')) {
      const list: { kind: 'list'; items: string[] } = isList(open) ? open : { kind: 'list', items: [] };
      if (open !== list) blocks.push(list);
      list.items.push(line.slice(2));
      open = list;
    } else if (isParagraph(open)) {
      open.text += ` ${line}`;
    } else {
      open = { kind: 'paragraph', text: line };
      blocks.push(open);
    }
  }
  return blocks;
}

type Open = Extract<Block, { kind: 'paragraph' | 'heading' | 'list' }> | null;
const isList = (open: Open): open is Extract<Block, { kind: 'list' }> => open?.kind === 'list';
const isParagraph = (open: Open): open is Extract<Block, { text: string }> => open?.kind === 'paragraph';

const LIQUID = /(\{\{.*?\}\}|\{%.*?%\})/s;

/** Inline markup as HTML around untouched Liquid. */
export function inlineHtml(text: string): string {
  const escaped = text
    .split(LIQUID)
    .map((part) => (LIQUID.test(part) ? part : part.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')))
    .join('');
  return escaped.replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>');
}

/** The same as plain text. */
export function inlineText(text: string): string {
  return text.replace(/\*\*(.+?)\*\*/g, '$1');
}
