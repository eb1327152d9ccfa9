import type { Iso } from '../../domain/model.ts';
import type { Act } from '../frame/acts.ts';
import type { Bus } from '../frame/bus.ts';
import type { SandboxClock } from '../frame/clock.ts';
import type { Directory, LedgerEntry } from '../frame/types.ts';
import type { Browser } from './browser.ts';
import type { Persona } from './personas.ts';

/** What a simulated person has: eyes (the bus), hands (acts, a browser) and a calendar. Nothing of the hub's. */
export interface PeopleContext {
  clock: SandboxClock;
  at: (when: Iso, run: () => void | Promise<void>) => void;
  on: Bus['on'];
  act: Act;
  directory: Directory;
  browser: Browser;
  scannerBrowser: Browser;
  persona: (account: string) => Persona;
  /** A business delay between two lengths; the same for the same person's n-th time. */
  delayMs: (who: string, why: string, fromMs: number, toMs: number) => number;
  /** Which account a chat message is about, as far as its reader can tell. */
  accountOfMessage: (channel: string, ts: string) => string | null;
  /** The CRM that this company works in: people go where their tasks are. */
  crm: () => 'hubspot' | 'salesforce';
  note: (entry: Pick<LedgerEntry, 'account' | 'id' | 'summary'> & Partial<LedgerEntry> & { act: string }) => void;
  log: (line: string) => void;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Does something after a person's delay; a person who fails gives up, and the log says so. */
export function later(context: PeopleContext, delayMs: number, what: string, run: () => Promise<void>): void {
  context.at(new Date(context.clock.nowMs() + delayMs).toISOString(), async () => {
    try {
      await run();
    } catch (error) {
      context.log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** Reading a page before pressing a button: 11 to 60 business seconds. */
export function reading(context: PeopleContext, who: string): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      const delay = context.delayMs(who, 'reading', 11_000, 60_000);
      context.at(new Date(context.clock.nowMs() + delay).toISOString(), resolve);
    });
}
