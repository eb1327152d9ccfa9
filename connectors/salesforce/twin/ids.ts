const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** Later records have greater ids, compared as bytes. */
export function makeId(prefix: string, n: number): string {
  let digits = '';
  for (let rest = n; rest > 0; rest = Math.floor(rest / 62)) digits = DIGITS.charAt(rest % 62) + digits;
  return longId(`${prefix}Hr${digits.padStart(10, '0')}`);
}

/** The form of 18 characters, of which the last three tell the case of the others; anything else is left as it is. */
export function longId(id: string): string {
  if (!/^[a-zA-Z0-9]{15}$/.test(id)) return id;
  let suffix = '';
  for (const start of [0, 5, 10]) {
    let bits = 0;
    for (let n = 0; n < 5; n++) if (/[A-Z]/.test(id.charAt(start + n))) bits |= 1 << n;
    suffix += SUFFIX.charAt(bits);
  }
  return id + suffix;
}

export const isId = (text: string): boolean =>
  /^[a-zA-Z0-9]{15}$/.test(text) || (/^[a-zA-Z0-9]{18}$/.test(text) && longId(text.slice(0, 15)) === text);
