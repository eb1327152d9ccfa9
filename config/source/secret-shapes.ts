/** Key formats that vendors publish, so that a leaked key can be recognised. */
const KNOWN = [
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{3,}/,
  /\b[sr]k_[A-Za-z0-9]{8,}/,
  /\bwhsec_[A-Za-z0-9+/=]{8,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{8,}/,
  /\bxapp-[A-Za-z0-9-]{8,}/,
  /\bpat-[a-z]{2,4}\d*-[A-Za-z0-9-]{8,}/,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/,
  /\bAKIA[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/,
];
const known = new RegExp(KNOWN.map((shape) => shape.source).join('|'), 'g');
const longToken = /[A-Za-z0-9+/=_-]{24,}/g;
const HIDDEN = '(hidden)';

export interface SecretMatch {
  offset: number;
  length: number;
}

/** Vendor keys anywhere in a text. */
export function findKnownSecrets(text: string): SecretMatch[] {
  return Array.from(text.matchAll(known), (match) => ({ offset: match.index, length: match[0].length }));
}

/** Long, with many digits among the letters, no words: not what people choose as a name. */
export function looksRandom(token: string): boolean {
  // An absolute path is as random as its folders: temporary ones end in a few digits.
  if (token.startsWith('/')) return token.split('/').some((folder) => folder !== '' && looksRandom(folder));
  const digits = token.replace(/[^0-9]/g, '').length;
  const letters = token.replace(/[^A-Za-z]/g, '').length;
  const readable = /[A-Za-z]{9,}/.test(token);
  return token.length >= 24 && digits >= 4 && letters >= 4 && !readable && entropy(token) >= 3;
}

/** Bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}

export function looksLikeSecret(value: string): boolean {
  return findKnownSecrets(value).length > 0 || (value.match(longToken) ?? []).some(looksRandom);
}

/** The text with everything that looks like a secret taken out. */
export function hideSecrets(text: string): string {
  return text.replace(known, HIDDEN).replace(longToken, (token) => (looksRandom(token) ? HIDDEN : token));
}
