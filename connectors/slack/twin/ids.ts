import { createHash } from 'node:crypto';

export const TEAM_ID = 'T0SANDBOX1';
export const BOT_USER_ID = 'U0HEADROOM';
export const BOT_ID = 'B0HEADROOM';
export const APP_ID = 'A0HEADROOM';

/** An id in Slack's shape, the same for the same name in every run. */
export function slackId(kind: 'U' | 'C' | 'D', name: string): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex');
  return (
    kind +
    BigInt(`0x${hex.slice(0, 16)}`)
      .toString(36)
      .toUpperCase()
      .padStart(10, '0')
      .slice(0, 10)
  );
}
