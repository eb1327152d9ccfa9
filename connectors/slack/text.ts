/** Lengths are counted in UTF-16 units, which is never less than what Slack counts. */
const ELLIPSIS = '…';

/** Cuts at whole characters, with an ellipsis where something is missing. */
export function truncate(text: string, max: number): string {
  return cut(text, max, (character) => character);
}

/** Text for a mrkdwn field: escaped, so that a name like `<!channel>` pings nobody, and cut after escaping. */
export function mrkdwn(text: string, max: number): string {
  return cut(text, max, escapeCharacter);
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeCharacter(character: string): string {
  return { '&': '&amp;', '<': '&lt;', '>': '&gt;' }[character] ?? character;
}

function cut(text: string, max: number, write: (character: string) => string): string {
  const written = Array.from(text, write);
  if (written.reduce((length, piece) => length + piece.length, 0) <= max) return written.join('');
  let result = '';
  for (const piece of written) {
    if (result.length + piece.length > max - ELLIPSIS.length) break;
    result += piece;
  }
  return result + ELLIPSIS;
}

const BAR_CELLS = 20;

/** Twenty cells; a value under the limit never shows a full bar, one above zero never an empty one. */
export function usageBar(utilization: number): string {
  const exact = Math.round(utilization * BAR_CELLS);
  const least = utilization > 0 ? 1 : 0;
  const most = utilization < 1 ? BAR_CELLS - 1 : BAR_CELLS;
  const filled = Math.min(most, Math.max(least, exact));
  return '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
}

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** `95 % · 9,512 of 10,000 calls`, or `9,512 calls, no limit`. Rounded down, so that 99.9 % is not yet "100 %". */
export function usageWords(meter: {
  used: number;
  limit: number | null;
  utilization: number | null;
  unit: string;
}): string {
  const unit = meter.unit ? ` ${meter.unit}` : '';
  if (meter.limit === null) return `${number.format(meter.used)}${unit}, no limit`;
  const ratio = meter.utilization === null ? '' : `${Math.floor(meter.utilization * 100)} % · `;
  return `${ratio}${number.format(meter.used)} of ${number.format(meter.limit)}${unit}`;
}
