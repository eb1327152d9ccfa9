import { existsSync } from 'node:fs';
import path from 'node:path';

/** Links of a page to files of this project that are not there, as sentences. Anchors are checked in the same page only. */
export function brokenLinks(file: string, text: string, root: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const anchors = new Set([...prose.matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? '')));
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const [target = '', anchor] = (match[1] ?? '').split('#', 2);
    if (/^[a-z]+:/.test(target)) return [];
    if (target === '')
      return anchor === undefined || anchors.has(anchor) ? [] : [`${file}: there is no heading #${anchor}`];
    const found = existsSync(path.resolve(root, path.dirname(file), target));
    return found ? [] : [`${file}: there is no ${target}`];
  });
}

/** As GitHub makes them of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
