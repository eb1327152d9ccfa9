import { msBetween } from '../time.ts';
import type { JudgeClick } from './types.ts';

/** Nobody reads a mail and decides faster; mail gateways open links the moment they arrive. */
const READING_MS = 10_000;

/**
 * Mail gateways, link previews and programs that open links for people. Sources: the products' documentation of their
 * link protection, and the user agents that preview fetchers announce.
 */
const SCANNERS = [
  'barracuda',
  'bingpreview',
  'bot',
  'crawler',
  'curl/',
  'facebookexternalhit',
  'forcepoint',
  'go-http-client',
  'googleimageproxy',
  'headless',
  'mimecast',
  'msoffice',
  'ms-office',
  'okhttp',
  'proofpoint',
  'python-',
  'safelinks',
  'scanner',
  'skypeuripreview',
  'spider',
  'symantec',
  'trendmicro',
  'urldefense',
  'wget/',
  'whatsapp',
  'zscaler',
];

/** Does this request to a tracked link show that a person engaged? Kept either way, with the reason. */
export const judgeClick: JudgeClick = (click) => {
  if (click.method !== 'GET' && click.method !== 'POST') return { counts: false, reason: 'method' };
  if (click.purpose !== null && /prefetch|preview|prerender/i.test(click.purpose))
    return { counts: false, reason: 'prefetch' };
  const agent = click.userAgent?.toLowerCase() ?? '';
  // A browser always names itself.
  if (agent === '' || SCANNERS.some((name) => agent.includes(name))) return { counts: false, reason: 'scanner' };
  if (click.deliveredAt === null) return { counts: false, reason: 'not_delivered' };
  if (msBetween(click.deliveredAt, click.at) < READING_MS) return { counts: false, reason: 'too_soon' };
  return { counts: true };
};
