/** Which facts that guardrails rest on have left this account in an answer. */
import type { LedgerEntry, TwinContext } from '../../../sandbox/frame/types.ts';
import { isClosedStage } from './definitions.ts';
import { hasOptedOut } from './desk.ts';
import type { CrmRecord, Portal } from './portal.ts';
import type { WorldIds } from './world.ts';

interface Fact {
  rule: 'severe_ticket' | 'opted_out' | 'am_contact';
  id: string;
  open: boolean;
  to?: string | null;
  summary: string;
}

/** Properties as they stand in an answer: null where empty. */
export type Shown = Record<string, string | null>;

/**
 * Answers what to write down once this record has been shown: the first time that its fact holds, and the first time
 * after that when it is over. What was not asked for was not told.
 */
export function factsTold(portal: Portal, ids: WorldIds, context: TwinContext) {
  const open = new Set<string>();
  return (record: CrmRecord, shown: Shown): (() => void) | null => {
    const fact = factOf(record, shown, ids);
    if (fact === null) return null;
    const { rule, id, open: holds, to = null, summary } = fact;
    const account = portal.accountOf(record);
    return () => {
      const key = `${rule}/${id}`;
      if (open.has(key) === holds) return;
      if (holds) open.add(key);
      else open.delete(key);
      const entry: Omit<LedgerEntry, 'at' | 'wireAt' | 'vendor'> = {
        kind: 'fact_told',
        account,
        to,
        id: record.id,
        summary,
        fact: { rule, id, state: holds ? 'open' : 'closed' },
      };
      context.record(entry);
    };
  };
}

function factOf(record: CrmRecord, shown: Shown, ids: WorldIds): Fact | null {
  switch (record.type) {
    case 'tickets': {
      const { hs_pipeline_stage: stage, hs_ticket_priority: priority } = shown;
      if (!stage || (priority !== 'HIGH' && priority !== 'URGENT')) return null;
      const closed = isClosedStage(record.properties.hs_pipeline ?? '', stage);
      const id = ids.tickets.get(record.id) ?? record.id;
      return {
        rule: 'severe_ticket',
        id,
        open: !closed,
        summary: `severe ticket ${id} is ${closed ? 'closed' : 'open'}`,
      };
    }
    case 'contacts': {
      const email = record.properties.email ?? '';
      if (!Object.keys(shown).some((name) => name.startsWith('hs_email_optout'))) return null;
      const out = hasOptedOut(shown);
      return {
        rule: 'opted_out',
        id: email,
        to: email,
        open: out,
        summary: `${email} ${out ? 'has opted out' : 'may be written to'}`,
      };
    }
    case 'calls':
    case 'emails':
    case 'meetings':
      if (!shown.hs_timestamp) return null;
      return {
        rule: 'am_contact',
        id: record.id,
        open: true,
        summary: `${record.type.slice(0, -1)} at ${shown.hs_timestamp}`,
      };
    default:
      return null;
  }
}
