export interface Canary {
  name: string;
  text: string;
}

/** So much of a secret is enough to know it, and a text that was cut off shows no more. */
const START = 20;

/**
 * Which of them a text or some bytes show, in the spellings in which they turn up: as they are, in base64, in hex, as
 * a part of an address, in UTF-16. Of a cut-off secret the beginning counts.
 * @throws for a canary that is not unique enough to be looked for
 */
export function findCanaries(where: string | Buffer, canaries: Canary[]): string[] {
  const bytes = Buffer.isBuffer(where) ? where : Buffer.from(where);
  return canaries.filter(({ name, text }) => shows(bytes, name, text)).map(({ name }) => name);
}

function shows(bytes: Buffer, name: string, text: string): boolean {
  if (text.length < 12) throw new Error(`${name} is no canary: "${text}"`);
  const spellings = [
    Buffer.from(text.slice(0, START)),
    Buffer.from(encodeURIComponent(text).slice(0, START)),
    Buffer.from(Buffer.from(text).toString('base64').slice(0, START)),
    Buffer.from(Buffer.from(text).toString('hex')),
    Buffer.from(text, 'utf16le'),
  ];
  return spellings.some((spelling) => bytes.includes(spelling));
}
