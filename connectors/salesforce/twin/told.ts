/** Which facts that guardrails rest on have left this org in an answer. */
import type { TwinContext } from '../../../sandbox/frame/types.ts';
import { isSevere } from './desk.ts';
import type { Org, SalesforceRecord } from './org.ts';
import type { Plan } from './soql/run.ts';
import type { WorldIds } from './world.ts';

interface Fact {
  rule: 'severe_ticket' | 'opted_out' | 'am_contact';
  id: string;
  open: boolean;
  to?: string | null;
  summary: string;
}

/**
 * Answers what to write down once these rows have been shown: the first time that a fact holds, and the first time after
 * that when it is over. A severe case that was told and is missing from an answer it would have stood in, had it still
 * been open, was told to be closed. What was not asked for was not told.
 */
export function factsTold(org: Org, ids: WorldIds, context: TwinContext) {
  const open = new Map<string, SalesforceRecord>();

  function note(record: SalesforceRecord, { rule, id, open: holds, to = null, summary }: Fact): void {
    const key = `${rule}/${id}`;
    if (open.has(key) === holds) return;
    if (holds) open.set(key, record);
    else open.delete(key);
    const fact = { rule, id, state: holds ? ('open' as const) : ('closed' as const) };
    context.record({ kind: 'fact_told', account: org.ourAccount(record), to, id: record.Id, summary, fact });
  }
  const caseFact = (record: SalesforceRecord): Fact => {
    const id = ids.tickets.get(record.Id) ?? record.Id;
    const closed = record.IsClosed === true;
    const summary = `severe case ${id} is ${closed ? 'closed' : 'open'}`;
    return { rule: 'severe_ticket', id, open: !closed, summary };
  };

  return (plan: Plan, rows: SalesforceRecord[], last: boolean): (() => void) => {
    const { object, asked, matches, fields } = plan;
    // What was true when the answer was made; it may have changed by the time it has left.
    const facts =
      fields === null ? [] : rows.flatMap((row): [SalesforceRecord, Fact][] => pair(row, factOf(row, asked, caseFact)));
    const gone =
      object === 'Case' && last && asked.has('IsClosed')
        ? [...open.values()].filter(
            (one) => one.object === 'Case' && one.IsClosed && matches({ ...one, IsClosed: false }),
          )
        : [];
    return () => {
      for (const [row, fact] of facts) note(row, fact);
      for (const one of gone) note(one, caseFact(one));
    };
  };
}

const pair = (row: SalesforceRecord, fact: Fact | null): [SalesforceRecord, Fact][] => (fact ? [[row, fact]] : []);

function factOf(
  record: SalesforceRecord,
  asked: Set<string>,
  caseFact: (record: SalesforceRecord) => Fact,
): Fact | null {
  switch (record.object) {
    case 'Case':
      return isSevere(record.Priority) && asked.has('Priority') && asked.has('IsClosed') ? caseFact(record) : null;
    case 'Contact': {
      const boxes = ['HasOptedOutOfEmail', 'No_Contact__c'].filter((name) => asked.has(name));
      if (boxes.length === 0) return null;
      const email = String(record.Email ?? '');
      const out = boxes.some((name) => record[name] === true);
      const summary = `${email} ${out ? 'has opted out' : 'may be written to'}`;
      return { rule: 'opted_out', id: email, to: email, open: out, summary };
    }
    case 'Task': {
      const { TaskSubtype: kind, IsClosed: closed, CompletedDateTime: at } = record;
      if (!closed || (kind !== 'Call' && kind !== 'Email') || !asked.has('CompletedDateTime')) return null;
      return { rule: 'am_contact', id: record.Id, open: true, summary: `${String(kind).toLowerCase()} at ${at}` };
    }
    case 'Event':
      if (!asked.has('StartDateTime')) return null;
      return { rule: 'am_contact', id: record.Id, open: true, summary: `meeting at ${record.StartDateTime}` };
    default:
      return null;
  }
}
