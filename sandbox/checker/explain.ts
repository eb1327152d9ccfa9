import { isQuiet } from './calendar.ts';
import { cooldowns } from './cooldown.ts';
import type { VisibleTouch } from './effects.ts';
import type { Episode, JudgeConfig } from './types.ts';
import type { AccountFacts, Span } from './world-facts.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** With fewer open hours than this the hub, its readings and its lag had no fair chance. */
const FAIR_HOURS = 12;

const inside = (ms: number, spans: Span[]) => spans.some((span) => span.from <= ms && ms < span.until);
const overlaps = (window: Span, spans: Span[]) =>
  spans.some((span) => span.from < window.until && window.from < span.until);
const after = (starts: number[], lengthMs: number): Span[] => starts.map((from) => ({ from, until: from + lengthMs }));

/**
 * Why an episode may rightly have stayed without an effect, or null. Rules that end a prompt for good count when they
 * held around the moment; rules that only delay it count when they left no fair chance to send.
 * @param window when an effect could have answered the episode
 */
export function explain(input: {
  episode: Episode;
  window: Span;
  facts: AccountFacts;
  touches: VisibleTouch[];
  declines: number[];
  config: JudgeConfig;
}): string | null {
  const { episode, window, facts, config } = input;
  if (window.until - Date.parse(episode.readyAt) < DAY) return 'over_before_it_could_be_seen';
  if (facts.test) return 'test_account';
  if (config.internalKinds.includes(episode.kind)) return null;
  return endedBy(input) ?? delayedBy(input);
}

function endedBy({ episode, window, facts, touches, declines, config }: Parameters<typeof explain>[0]): string | null {
  const readyAt = Date.parse(episode.readyAt);
  const moment = { from: window.from, until: Math.min(window.until, readyAt + 2 * DAY) };
  const own = touches.filter((touch) => touch.account === facts.account);
  const capped = (cap: { max: number; perMs: number }, list: VisibleTouch[]) =>
    list.some((touch, index) => {
      const oldest = list[index - cap.max + 1];
      return oldest !== undefined && overlaps(moment, [{ from: touch.sentAt, until: oldest.sentAt + cap.perMs }]);
    });
  const persons = touches.filter((touch) => facts.emails.includes(touch.person));
  const upgrades = facts.planChanges.map((change) => change.at);
  if (overlaps(moment, facts.optOuts)) return 'opted_out';
  if (capped(config.touchesPerAccount, own)) return 'account_cap';
  if (capped(config.touchesPerPerson, persons)) return 'person_cap';
  if (overlaps(moment, cooldowns(own, config.cooldown, false))) return 'cooldown';
  if (overlaps(moment, after(upgrades, config.afterUpgradeMs))) return 'after_upgrade';
  if (overlaps(moment, after(declines, config.afterDeclineMs))) return 'after_decline';
  return null;
}

function delayedBy({ episode, window, facts, config }: Parameters<typeof explain>[0]): string | null {
  const contacts = after(facts.contacts, config.amHoldMs);
  const readyAt = Date.parse(episode.readyAt);
  const until = Math.min(window.until, readyAt + config.holdAtMostMs);
  const counts = new Map<string, number>();
  let open = 0;
  for (let ms = readyAt; ms < until; ms += HOUR) {
    const reason = inside(ms, facts.severeTickets)
      ? 'severe_ticket'
      : inside(ms, facts.incidents)
        ? 'incident'
        : inside(ms, contacts)
          ? 'am_contact'
          : inside(ms, facts.trials)
            ? 'trial_active'
            : isQuiet(ms, facts.zone, config.quietHours)
              ? 'quiet_hours'
              : null;
    if (reason === null) open += 1;
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (open >= FAIR_HOURS) return null;
  const most = [...counts].sort((a, b) => b[1] - a[1])[0];
  return most?.[0] ?? 'over_before_it_could_be_seen';
}
