/**
 * Slack's limits, counted on the wire clock. https://docs.slack.dev/apis/web-api/rate-limits: posting about one a
 * second per channel with short bursts; other methods by tier, a minute.
 */
const POST_PER_SECOND = 1;
const POST_BURST = 4;
const PER_MINUTE: Record<string, number> = {
  'chat.update': 50,
  'users.lookupByEmail': 50,
  'users.info': 100,
  'conversations.open': 50,
  'conversations.history': 50,
  'auth.test': 100,
  'views.open': 100,
};

interface Bucket {
  tokens: number;
  at: number;
}

/** Takes one call; returns the seconds to wait when there is none left, else 0. */
export type TakeCall = (method: string, channel: string, wireNow: number) => number;

export function rateLimits(): TakeCall {
  const buckets = new Map<string, Bucket>();
  return (method, channel, wireNow) => {
    const posting = method === 'chat.postMessage';
    const perMinute = PER_MINUTE[method] ?? 20;
    const perSecond = posting ? POST_PER_SECOND : perMinute / 60;
    const most = posting ? POST_BURST : perMinute;
    const key = posting ? `post ${channel}` : method;
    const bucket = buckets.get(key) ?? { tokens: most, at: wireNow };
    buckets.set(key, bucket);
    bucket.tokens = Math.min(most, bucket.tokens + ((wireNow - bucket.at) / 1000) * perSecond);
    bucket.at = wireNow;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return 0;
  };
}
