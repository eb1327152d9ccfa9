import type { Directory } from '../../../sandbox/frame/types.ts';

/**
 * Which customer a message is about, as a reader would tell: by its account id, else by its name where only one
 * account has it (among the reader's own first, since names repeat). Null when it cannot be told.
 */
export function accountOf(directory: Directory, text: string, reader: string | null): string | null {
  const accounts = [...directory.accounts.values()];
  const byId = accounts.find(({ account }) => mentions(text, account));
  if (byId) return byId.account;
  const named = accounts.filter(({ name }) => mentions(text, name));
  const longest = Math.max(0, ...named.map(({ name }) => name.length));
  const candidates = named.filter(({ name }) => name.length === longest);
  const own = candidates.filter(({ owner }) => owner.email === reader);
  const choice = own.length > 0 ? own : candidates;
  return choice.length === 1 ? (choice[0]?.account ?? null) : null;
}

function mentions(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return true;
  }
  return false;
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}
