/** Parts of webhook verification. Always over the raw bytes as received, never over parsed and re-written JSON. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export function hmacSha256(secret: string, message: string | Buffer, encoding: 'hex' | 'base64'): string {
  return createHmac('sha256', secret).update(message).digest(encoding);
}

/** Compares in constant time, whatever the lengths. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * True when one of the given signatures is one of the expected ones: while a secret is changed there are several on
 * either side. Every pair is compared, so that the time taken says nothing about which one held.
 */
export function oneHolds(given: readonly string[], expected: readonly string[]): boolean {
  return given.flatMap((one) => expected.map((other) => equalInConstantTime(one, other))).some(Boolean);
}

/** True when a signed timestamp (wire ms) lies within the tolerance of the moment of receipt, on either side. */
export function isWithinWindow(signedAtMs: number, receivedAtMs: number, toleranceMs: number): boolean {
  return Number.isFinite(signedAtMs) && Math.abs(receivedAtMs - signedAtMs) <= toleranceMs;
}
