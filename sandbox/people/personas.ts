import { z } from 'zod';
import { Rng } from '../../bench/worlds/common.mjs';

/** How the people around one account behave. */
export const persona = z.strictObject({
  /** What the admin does with a mail that proposes something. */
  mail: z.enum(['upgrade', 'click', 'reply', 'ignore', 'unsubscribe']),
  /** What the product's user does with a prompt. */
  prompt: z.enum(['click', 'dismiss', 'ignore']),
  /** A mail scanner opens every link as soon as the mail is there. */
  scanner: z.boolean(),
  /** What the account manager does with an alert. */
  am: z.enum(['trial_in_slack', 'trial_in_crm', 'on_it', 'passive']),
  /** What becomes of a trial. */
  trial: z.enum(['convert', 'lapse']),
  /** The customer upgrades on some day of the world without being asked. */
  alone: z.strictObject({ product: z.string(), plan: z.string(), day: z.number().positive() }).nullable(),
});
export type Persona = z.output<typeof persona>;

/** Personas that a story needs, by account; what is not named comes from the seed. */
export const cast = z.record(z.string(), persona.partial());
export type Cast = z.output<typeof cast>;

const MIX = {
  mail: { ignore: 45, click: 25, upgrade: 12, reply: 10, unsubscribe: 8 },
  prompt: { ignore: 50, click: 30, dismiss: 20 },
  am: { passive: 45, on_it: 20, trial_in_slack: 20, trial_in_crm: 15 },
  trial: { convert: 50, lapse: 50 },
} as const;
const SCANNERS = 0.3;

/** The same people for the same seed, whatever happens to them. */
export function personaOf(seed: string, account: string, roles: Cast): Persona {
  const rng = new Rng(`${seed}/people/${account}`);
  return {
    mail: pick(rng, MIX.mail),
    prompt: pick(rng, MIX.prompt),
    am: pick(rng, MIX.am),
    trial: pick(rng, MIX.trial),
    scanner: rng.chance(SCANNERS),
    alone: null,
    ...roles[account],
  };
}

function pick<K extends string>(rng: Rng, weights: Readonly<Record<K, number>>): K {
  // The generator's helper gives back one of the keys it was given.
  return rng.weighted(weights) as K;
}
