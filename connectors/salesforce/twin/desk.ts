/** What people do in Salesforce's own pages: support handles cases, account managers log contacts, contacts opt out. */
import type { Iso } from '../../../domain/model.ts';
import { type Org, RUN_AS, type SalesforceRecord } from './org.ts';

export type Severity = 'low' | 'normal' | 'severe';
export type Channel = 'call' | 'email' | 'meeting';
export type ConsentCategory = 'marketing' | 'product';

const PRIORITIES: Record<Severity, string> = { low: 'Low', normal: 'Medium', severe: 'High' };
export const isSevere = (priority: unknown): boolean => priority === 'High';

const contactOf = (org: Org, account: SalesforceRecord) => org.find('Contact', 'AccountId', account.Id);

export function openCase(org: Org, account: SalesforceRecord, severity: Severity, subject: string): SalesforceRecord {
  const ContactId = contactOf(org, account)?.Id ?? null;
  return org.create('Case', { AccountId: account.Id, ContactId, Subject: subject, Priority: PRIORITIES[severity] });
}

export const closeCase = (org: Org, one: SalesforceRecord): void => org.update(one, { Status: 'Closed' });

/**
 * Logged by hand, after the fact: a call and a mail are tasks that are done, a mail with its message beside it; a
 * meeting is an event. https://help.salesforce.com/s/articleView?id=sales.activities_tasks_events.htm
 */
export function logContact(
  org: Org,
  contact: { account: SalesforceRecord; ownerId: string; channel: Channel; body: string; at: Iso },
): SalesforceRecord {
  const { account, ownerId, channel, body, at } = contact;
  const person = contactOf(org, account);
  const common = { OwnerId: ownerId, WhatId: account.Id, WhoId: person?.Id ?? null, Description: body };
  if (channel === 'meeting') {
    return org.create('Event', { ...common, Subject: 'Meeting', Type: 'Meeting', StartDateTime: at, EndDateTime: at });
  }
  const done = { ...common, Status: 'Completed', ActivityDate: at.slice(0, 10) };
  if (channel === 'call') {
    return org.create('Task', { ...done, Subject: 'Call', TaskSubtype: 'Call', Type: 'Call', CallType: 'Outbound' });
  }
  const task = org.create('Task', { ...done, Subject: 'Email: Following up', TaskSubtype: 'Email', Type: 'Email' });
  const FromAddress = org.emailOf(ownerId) ?? RUN_AS;
  org.create('EmailMessage', { ActivityId: task.Id, FromAddress, Incoming: false, MessageDate: at, TextBody: body });
  return task;
}

/** Email Opt Out is about mass mail; who wants no mail at all has a box of this company's own ticked. */
export function setConsent(org: Org, contact: SalesforceRecord, category: ConsentCategory, out: boolean): void {
  org.update(contact, { [category === 'marketing' ? 'HasOptedOutOfEmail' : 'No_Contact__c']: out });
}
