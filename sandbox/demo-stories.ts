import type { Episode, TruthRow } from './checker/types.ts';
import type { AccountFacts } from './checker/world-facts.ts';
import { isEpisode, readFacts } from './checker/world-facts.ts';
import { DEMO, type World } from './demo-world.ts';
import { catalogueOfWorlds } from './frame/directory.ts';
import type { WorldRow } from './frame/types.ts';
import type { Cast, Persona } from './people/personas.ts';

const DAY = 86_400_000;
const START = Date.parse(`${DEMO.start}T00:00:00Z`);
const TIERS = ['starter', 'team', 'pro', 'enterprise'];
/** A trial above this monthly price needs somebody's approval in the example company. */
const FREE_TRIAL_CENTS = 200_000;

const dayOf = (at: string) => (Date.parse(at) - START) / DAY;
const LADDER = new Set(['limit_80', 'limit_95', 'hard_limit']);

/** Which roles a world offers, and which stories it lacks. */
export interface Stories {
  cast: Cast;
  lacking: string[];
}

const quiet: Persona = { mail: 'ignore', prompt: 'ignore', scanner: false, am: 'passive', trial: 'lapse', alone: null };

/** Gives each story of the demo to an account in which it must happen. Each account plays one part. */
export function castStories(world: World): Stories {
  // The generator's own rows: bench/worlds/README.md.
  const truth = world.truth as unknown as TruthRow[];
  const facts = readFacts(truth, []);
  const episodes = truth.filter(isEpisode).sort((a, b) => a.readyAt.localeCompare(b.readyAt));
  const plans = firstPlans(world.usage);
  const byAccount = Map.groupBy(episodes, (episode) => episode.account);
  const cast: Cast = {};
  const lacking: string[] = [];

  const play = (story: string, count: number, accounts: string[], role: Partial<Persona>, some = 1) => {
    const free = accounts.filter((account) => cast[account] === undefined).slice(0, count);
    for (const account of free) cast[account] = { ...quiet, ...role };
    if (free.length < some) lacking.push(`${story}: ${free.length} of ${some}`);
  };
  const first = (test: (first: Episode, all: Episode[], facts: AccountFacts) => boolean): string[] =>
    [...byAccount].flatMap(([account, all]) => {
      const known = facts.get(account);
      const [episode] = all;
      return known && episode && !known.test && test(episode, all, known) ? [account] : [];
    });
  const atLeast = (story: string, found: unknown[], count: number) => {
    if (found.length < count) lacking.push(`${story}: ${found.length} of ${count}`);
  };
  const trialable = ({ account, product }: Episode) => {
    const next = nextPlan(product, plans.get(`${account}/${product}`) ?? null);
    return next !== null && next.mrrCents <= FREE_TRIAL_CENTS;
  };
  const high = ({ kind }: Episode) => kind === 'limit_95' || kind === 'hard_limit';
  const alone = (all: Episode[], episode: Episode) =>
    all.every((one) => one === episode || one.account !== episode.account || one.product === episode.product);

  const slack = first(
    (e, all, f) => high(e) && trialable(e) && isFree(e, f) && alone(all, e) && dayOf(e.readyAt) <= 28,
  );
  play('a trial from Slack that converts', 2, slack, { am: 'trial_in_slack', trial: 'convert' });
  const crm = first((e, all, f) => high(e) && trialable(e) && isFree(e, f) && alone(all, e) && dayOf(e.readyAt) <= 50);
  play('a trial from the CRM that lapses', 2, crm, { am: 'trial_in_crm', trial: 'lapse' });
  const ignored = first(
    (e, all, f) =>
      e.kind === 'limit_95' &&
      isFree(e, f) &&
      dayOf(e.readyAt) <= 45 &&
      all.some((later) => LADDER.has(later.kind) && dayOf(later.readyAt) > dayOf(e.readyAt) + 17),
  );
  play('two ignored prompts, and a later moment', 2, ignored, { scanner: true });
  const summaries = first(
    (e, _all, f) =>
      e.kind === 'limit_80' &&
      isFree(e, f) &&
      nextPlan(e.product, plans.get(`${e.account}/${e.product}`) ?? null) !== null,
  );
  play('an upgrade from the 80 % mail', 3, summaries, { mail: 'upgrade' }, 2);
  const leaving = first(
    (e, all, f) =>
      e.kind === 'limit_80' &&
      isFree(e, f) &&
      all.some((later) => LADDER.has(later.kind) && dayOf(later.readyAt) > dayOf(e.readyAt) + 4),
  );
  play('an opt-out by a click, and a later moment', 1, leaving, { mail: 'unsubscribe' });
  play(
    'an account manager who calls',
    2,
    first((e, _all, f) => e.kind === 'hard_limit' || (high(e) && isFree(e, f))),
    { am: 'on_it' },
  );

  const silent = [...facts.values()].filter(
    ({ account, test }) => !test && !byAccount.has(account) && cast[account] === undefined,
  );
  for (const [n, day] of [9, 24, 37, 52].entries()) {
    const buyer = silent[n];
    const next = buyer && nextPlan('core', plans.get(`${buyer.account}/core`) ?? null);
    if (buyer && next) cast[buyer.account] = { ...quiet, alone: { product: 'core', plan: next.plan, day } };
  }
  atLeast(
    'organic upgrades',
    Object.values(cast).filter((role) => role.alone),
    4,
  );

  const sale = episodes.filter(
    (e) =>
      (e.kind === 'limit_80' || e.kind === 'limit_95') && !facts.get(e.account)?.test && cast[e.account] === undefined,
  );
  const open = (e: Episode) => facts.get(e.account);
  atLeast(
    'a prompt held for a severe ticket',
    sale.filter((e) =>
      open(e)?.severeTickets.some(
        (t) => t.from < Date.parse(e.readyAt) - 6 * 3_600_000 && t.until > Date.parse(e.readyAt) + DAY,
      ),
    ),
    1,
  );
  atLeast(
    'a prompt held for the account manager',
    sale.filter((e) =>
      open(e)?.contacts.some((at) => at < Date.parse(e.readyAt) - DAY / 4 && at > Date.parse(e.readyAt) - 10 * DAY),
    ),
    1,
  );
  atLeast(
    'a prompt held for an opt-out',
    sale.filter((e) => open(e)?.optOuts.some(({ from }) => from < Date.parse(e.readyAt) - DAY)),
    1,
  );
  atLeast(
    '60 to 97 %',
    truth.filter((row) => 'trap' in row && 'kind' in row && row.kind === 'jump_60_to_97'),
    3,
  );
  for (const [kind, count] of [
    ['limit_80', 12],
    ['limit_95', 8],
    ['hard_limit', 6],
    ['velocity', 3],
    ['cut_after_limit', 3],
  ] as const) {
    atLeast(
      kind,
      episodes.filter((e) => e.kind === kind),
      count,
    );
  }
  const early = episodes.filter((e) => dayOf(e.readyAt) <= 16.5);
  atLeast(
    'mails in the first 20 days',
    early.filter((e) => e.kind === 'limit_80' && isFree(e, facts.get(e.account))),
    3,
  );
  atLeast(
    'alerts in the first 20 days',
    early.filter((e) => high(e)),
    3,
  );
  atLeast(
    'a trial in the first 20 days',
    early.filter((e) => cast[e.account]?.am === 'trial_in_slack'),
    1,
  );
  return { cast, lacking };
}

/** No guardrail that the world knows of stands in the way around the moment. */
function isFree(episode: Episode, facts: AccountFacts | undefined): boolean {
  if (!facts || facts.test || facts.optOuts.length > 0) return false;
  const at = Date.parse(episode.readyAt);
  const near = (from: number, until: number) => from < at + 5 * DAY && until > at - 2 * DAY;
  return (
    !facts.severeTickets.some(({ from, until }) => near(from, until)) &&
    !facts.contacts.some((contact) => near(contact, contact + 14 * DAY))
  );
}

function firstPlans(usage: WorldRow[]): Map<string, string | null> {
  const plans = new Map<string, string | null>();
  for (const row of usage) {
    if (row.type !== 'subscription') continue;
    const key = `${row.account}/${row.product}`;
    if (!plans.has(key)) plans.set(key, row.plan);
  }
  return plans;
}

function nextPlan(product: string, plan: string | null): { plan: string; mrrCents: number } | null {
  const next = plan === null ? undefined : TIERS[TIERS.indexOf(plan) + 1];
  if (plan === null || !TIERS.includes(plan) || next === undefined) return null;
  const mrrCents = catalogueOfWorlds()[product]?.[next]?.mrrCents;
  return mrrCents == null ? null : { plan: next, mrrCents };
}
