import { isQuiet } from './calendar.ts';
import { cooldowns } from './cooldown.ts';
import type { VisibleTouch } from './effects.ts';
import type { Forbidden, JudgeConfig } from './types.ts';
import type { AccountFacts, ToldFact } from './world-facts.ts';

const STEP_MS = 600_000;
const MINUTE = 60_000;

type Rule = (touch: VisibleTouch, all: Surroundings) => string | null;
interface Surroundings {
  facts: AccountFacts;
  told: ToldFact[];
  touches: VisibleTouch[];
  config: JudgeConfig;
}

/**
 * Each rule answers with the sentence that says what was wrong, or null. A touch may have been decided up to
 * `toleranceMs` before it was seen: it is forbidden only if it was so all that time.
 */
const rules: Record<string, Rule> = {
  severe_ticket: toldRule('severe_ticket', 'a severe ticket was open'),
  incident: toldRule('incident', 'an incident was running'),
  opted_out: toldRule('opted_out', 'the person had opted out'),
  am_contact: toldRule('am_contact', 'the account manager had been in touch'),
  test_account: (_touch, { facts }) => (facts.test ? 'the account is one of our own' : null),
  quiet_hours: (touch, { facts, config }) => {
    // A prompt is seen when its user comes, whenever that is.
    if (touch.channel !== 'email') return null;
    for (let ms = touch.at - config.toleranceMs; ms < touch.at; ms += STEP_MS)
      if (!isQuiet(ms, facts.zone, config.quietHours)) return null;
    return isQuiet(touch.at, facts.zone, config.quietHours) ? `it was night or a weekend in ${facts.zone}` : null;
  },
  account_cap: (touch, { touches, config }) =>
    capRule(
      touch,
      touches.filter((other) => other.account === touch.account),
      config.touchesPerAccount,
      config.toleranceMs,
      'account',
    ),
  person_cap: (touch, { touches, config }) =>
    capRule(
      touch,
      touches.filter((other) => other.person === touch.person),
      config.touchesPerPerson,
      config.toleranceMs,
      'person',
    ),
  cooldown: (touch, { touches, config }) => {
    const before = touches.filter((other) => other.account === touch.account && other.sentAt < touch.sentAt);
    const hit = cooldowns(before, config.cooldown, true).find(
      (span) => span.from + config.toleranceMs < touch.sentAt && touch.sentAt < span.until - config.toleranceMs,
    );
    return hit ? 'the last prompts had stayed without an answer' : null;
  },
};

function toldRule(rule: string, sentence: string): Rule {
  return (touch, { told, config }) => {
    const fact = told.find(
      (one) =>
        one.rule === rule &&
        one.account === touch.account &&
        (one.person === null || one.person === touch.person) &&
        one.span.from + config.toleranceMs < touch.sentAt &&
        touch.sentAt < one.span.until - MINUTE,
    );
    return fact ? `${sentence} (${fact.id}), and the hub knew since ${new Date(fact.span.from).toISOString()}` : null;
  };
}

function capRule(
  touch: VisibleTouch,
  same: VisibleTouch[],
  cap: { max: number; perMs: number },
  toleranceMs: number,
  whose: string,
): string | null {
  const since = touch.sentAt - cap.perMs + toleranceMs;
  const before = same.filter((other) => other !== touch && other.sentAt > since && other.sentAt <= touch.sentAt);
  return before.length >= cap.max
    ? `the ${whose} had ${before.length} touches in the ${cap.perMs / 86_400_000} days before`
    : null;
}

export function findForbidden(
  touches: VisibleTouch[],
  facts: Map<string, AccountFacts>,
  told: ToldFact[],
  config: JudgeConfig,
): Forbidden[] {
  const found: Forbidden[] = [];
  for (const touch of touches) {
    const account = facts.get(touch.account);
    if (!account) continue;
    for (const [rule, judge] of Object.entries(rules)) {
      const why = judge(touch, { facts: account, told, touches, config });
      if (why === null) continue;
      const { at, vendor, id, summary } = touch.entry;
      found.push({
        rule,
        at,
        account: touch.account,
        vendor,
        id,
        sentence: `"${summary}" reached ${touch.person}, though ${why}`,
      });
    }
  }
  return found;
}
