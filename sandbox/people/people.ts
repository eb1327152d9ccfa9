import { Rng } from '../../bench/worlds/common.mjs';
import type { Iso } from '../../domain/model.ts';
import type { Frame } from '../frame/frame.ts';
import { workAccounts } from './account-managers.ts';
import { createBrowser } from './browser.ts';
import type { PeopleContext } from './context.ts';
import { buyAlone } from './lone-buyers.ts';
import { readMail } from './mail-readers.ts';
import { type Cast, type Persona, personaOf } from './personas.ts';
import { useProduct } from './product-users.ts';

type Surroundings = Pick<Frame, 'clock' | 'scheduler' | 'bus' | 'act' | 'directory' | 'ledger' | 'note' | 'log'>;

/** Lets people live in the sandbox, from now until `stop`. The same seed and cast make the same people. */
export function startPeople(
  frame: Surroundings,
  options: { seed: string; cast: Cast; worldStart: Iso },
): { stop: () => void } {
  const stopping = new AbortController();
  const times = new Map<string, number>();
  const personas = new Map<string, Persona>();
  const context: PeopleContext = {
    clock: frame.clock,
    at: frame.scheduler.at,
    on: frame.bus.on,
    act: frame.act,
    directory: frame.directory,
    browser: createBrowser(
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36',
      stopping.signal,
    ),
    scannerBrowser: createBrowser('Mozilla/5.0 (compatible; MailLinkScanner/1.0)', stopping.signal),
    persona: (account) => {
      const known = personas.get(account) ?? personaOf(options.seed, account, options.cast);
      personas.set(account, known);
      return known;
    },
    delayMs: (who, why, from, to) => {
      const time = (times.get(`${who}/${why}`) ?? 0) + 1;
      times.set(`${who}/${why}`, time);
      return new Rng(`${options.seed}/${who}/${why}/${time}`).range(from, to);
    },
    accountOfMessage: (channel, ts) =>
      frame.ledger.entries.findLast((entry) => entry.kind === 'chat_message' && entry.id === `${channel}/${ts}`)
        ?.account ?? null,
    crm: () =>
      frame.ledger.entries.findLast(({ kind }) => kind === 'task_created')?.vendor === 'salesforce'
        ? 'salesforce'
        : 'hubspot',
    note: (entry) => frame.note('people', { ...entry, kind: 'act' }),
    log: (line) => frame.log(`people: ${line}`),
  };
  readMail(context);
  workAccounts(context);
  useProduct(context);
  buyAlone(context, options.cast, options.worldStart);
  return { stop: () => stopping.abort() };
}
