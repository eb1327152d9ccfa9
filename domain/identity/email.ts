import type { NormaliseEmail } from './types.ts';

/**
 * One spelling for one address: trimmed, lower case, without a display name. Dots and plus tags stay: only the mailbox's
 * owner knows what they mean.
 */
export const normaliseEmail: NormaliseEmail = (text) => {
  const address = (/<([^<>]+)>\s*$/.exec(text)?.[1] ?? text).trim().toLowerCase();
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/.test(address) ? address : null;
};
