/** What people do in HubSpot's own pages: support handles tickets, account managers log contacts, contacts opt out. */
import type { Iso } from '../../../domain/model.ts';
import { MARKETING_OPT_OUT, TICKET_PIPELINES } from './definitions.ts';
import type { CrmRecord, Portal } from './portal.ts';

export type Severity = 'low' | 'normal' | 'severe';
export type Channel = 'call' | 'email' | 'meeting';
export type ConsentCategory = 'marketing' | 'product';

const PRIORITIES: Record<Severity, string> = { low: 'LOW', normal: 'MEDIUM', severe: 'URGENT' };
const isSevere = (severity: Severity) => severity === 'severe';

/** What is severe goes to a pipeline of its own. */
function stages(severity: Severity) {
  const { id, stages } = isSevere(severity) ? TICKET_PIPELINES.escalations : TICKET_PIPELINES.support;
  return { pipeline: id, first: stages[0].id, last: stages.at(-1)?.id ?? '' };
}

export function openTicket(
  portal: Portal,
  company: CrmRecord,
  severity: Severity,
  subject: string,
  at: Iso,
): CrmRecord {
  const { pipeline, first } = stages(severity);
  const properties = {
    subject,
    hs_pipeline: pipeline,
    hs_pipeline_stage: first,
    hs_ticket_priority: PRIORITIES[severity],
  };
  const ticket = portal.create('tickets', properties, at);
  portal.link(ticket, company);
  const [contact] = portal.linked(company.id, 'contacts');
  if (contact) portal.link(ticket, contact);
  return ticket;
}

export function closeTicket(portal: Portal, ticket: CrmRecord, at: Iso): void {
  const { last } = stages(ticket.properties.hs_pipeline === TICKET_PIPELINES.escalations.id ? 'severe' : 'normal');
  portal.update(ticket, { hs_pipeline_stage: last }, at);
}

/** Logged by hand, after the fact. */
export function logContact(
  portal: Portal,
  contact: { company: CrmRecord; ownerId: string; channel: Channel; body: string; at: Iso },
): CrmRecord {
  const { company, ownerId, channel, body, at } = contact;
  const common = { hs_timestamp: at, hubspot_owner_id: ownerId };
  const from = portal.owners.find(({ id }) => id === ownerId)?.email ?? '';
  const activity = {
    call: () =>
      portal.create(
        'calls',
        {
          ...common,
          hs_call_title: 'Call',
          hs_call_body: body,
          hs_call_direction: 'OUTBOUND',
          hs_call_status: 'COMPLETED',
        },
        at,
      ),
    email: () =>
      portal.create(
        'emails',
        {
          ...common,
          hs_email_subject: 'Following up',
          hs_email_text: body,
          hs_email_direction: 'EMAIL',
          hs_email_status: 'SENT',
          hs_email_from_email: from,
        },
        at,
      ),
    meeting: () =>
      portal.create(
        'meetings',
        {
          ...common,
          hs_meeting_title: 'Meeting',
          hs_meeting_body: body,
          hs_meeting_start_time: at,
          hs_meeting_end_time: at,
          hs_meeting_outcome: 'COMPLETED',
        },
        at,
      ),
  }[channel]();
  portal.link(activity, company);
  const [person] = portal.linked(company.id, 'contacts');
  if (person) portal.link(activity, person);
  return activity;
}

/**
 * "Marketing Information" is the one subscription type here. Who wants nothing about the product either has
 * unsubscribed from all email: HubSpot has no way to say it of service mail alone.
 */
export function setConsent(portal: Portal, contact: CrmRecord, category: ConsentCategory, out: boolean, at: Iso): void {
  const property = category === 'marketing' ? MARKETING_OPT_OUT : 'hs_email_optout';
  portal.update(contact, { [property]: String(out) }, at);
}

export const hasOptedOut = (properties: Record<string, string | null>): boolean =>
  properties.hs_email_optout === 'true' || properties[MARKETING_OPT_OUT] === 'true';
