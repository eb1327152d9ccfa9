/** The state of one org: records by object, with what Salesforce works out by itself, and the fields that there are. */
import type { Iso } from '../../../domain/model.ts';
import { type FieldDefinition, ID_PREFIX, initialFields, OBJECT_NAMES, type ObjectName } from './definitions.ts';
import { longId, makeId } from './ids.ts';
import { ValueIndex } from './value-index.ts';

export type Value = string | number | boolean | null;
export type Values = Record<string, Value>;
/** By the names of the fields' definitions. */
export type SalesforceRecord = Values & { Id: string; object: ObjectName };

export const RUN_AS = 'headroom@vendor.example';

export class Org {
  readonly id = makeId('00D', 1);
  readonly records = new Map<ObjectName, Map<string, SalesforceRecord>>(OBJECT_NAMES.map((name) => [name, new Map()]));
  readonly #fields = new Map<ObjectName, Map<string, FieldDefinition>>(
    OBJECT_NAMES.map((name) => [name, new Map(initialFields(name).map((one) => [one.name.toLowerCase(), one]))]),
  );
  readonly #index = new ValueIndex();
  readonly #now: () => Iso;
  #last = 0;
  /** Who the hub's app acts as. */
  readonly integrationUser: SalesforceRecord;

  constructor(now: () => Iso) {
    this.#now = now;
    this.integrationUser = this.user(RUN_AS);
  }

  of(object: ObjectName): Map<string, SalesforceRecord> {
    return this.records.get(object) ?? new Map();
  }

  get(object: ObjectName, id: string): SalesforceRecord | null {
    return this.of(object).get(longId(id)) ?? null;
  }

  fields(object: ObjectName): FieldDefinition[] {
    return [...(this.#fields.get(object)?.values() ?? [])];
  }

  field(object: ObjectName, name: string): FieldDefinition | null {
    return this.#fields.get(object)?.get(name.toLowerCase()) ?? null;
  }

  setField(object: ObjectName, field: FieldDefinition): void {
    this.#fields.get(object)?.set(field.name.toLowerCase(), field);
  }

  removeField(object: ObjectName, name: string): void {
    this.#fields.get(object)?.delete(name.toLowerCase());
  }

  create(object: ObjectName, values: Values): SalesforceRecord {
    this.#last += 1;
    const at = this.#now();
    const record: SalesforceRecord = { Id: makeId(ID_PREFIX[object], this.#last), object, ...DEFAULTS[object] };
    Object.assign(record, { IsDeleted: false, CreatedDate: at });
    if (object === 'Case') record.CaseNumber = String(this.#last).padStart(8, '0');
    if ('OwnerId' in record && !values.OwnerId) record.OwnerId = this.integrationUser.Id;
    this.of(object).set(record.Id, record);
    this.update(record, values);
    return record;
  }

  update(record: SalesforceRecord, values: Values): void {
    const at = this.#now();
    this.#index.around(record, () => {
      Object.assign(record, values, { LastModifiedDate: at, SystemModstamp: at });
      workOut(this, record, at);
    });
  }

  /** Into the recycle bin. */
  remove(record: SalesforceRecord): void {
    this.update(record, { IsDeleted: true });
  }

  /** The user of this address, made where there is none. */
  user(email: string): SalesforceRecord {
    const known = this.find('User', 'Email', email);
    if (known) return known;
    const name = email.split('@')[0] ?? email;
    return this.create('User', { Email: email, Username: email, Name: name, IsActive: true, UserType: 'Standard' });
  }

  find(object: ObjectName, field: string, value: Value): SalesforceRecord | null {
    return this.withValue(object, field, value).find((record) => !record.IsDeleted) ?? null;
  }

  /** Those in the recycle bin, too. Text is the same in any case. */
  withValue(object: ObjectName, field: string, value: Value): SalesforceRecord[] {
    if (this.#index.has(object, field)) return this.#index.get(object, field, value);
    return [...this.of(object).values()].filter((record) => record[field] === value);
  }

  isIndexed(object: ObjectName, field: string): boolean {
    return this.#index.has(object, field);
  }

  /** The record of an account of ours. */
  accountOf(account: string): SalesforceRecord | null {
    return this.find('Account', 'Headroom_Account_Id__c', account);
  }

  /** Our account id of the account that a record belongs to. */
  ourAccount(record: SalesforceRecord): string | null {
    const account = record.object === 'Account' ? record : this.get('Account', String(record.AccountId ?? ''));
    const id = account?.Headroom_Account_Id__c;
    return typeof id === 'string' ? id : null;
  }

  emailOf(userId: Value | undefined): string | null {
    const email = this.get('User', String(userId ?? ''))?.Email;
    return typeof email === 'string' ? email : null;
  }
}

const ACTIVITY: Values = { OwnerId: null, AccountId: null, WhatId: null, WhoId: null };
/** What stands in a new record where nobody says otherwise. */
const DEFAULTS: Record<ObjectName, Values> = {
  Account: { OwnerId: null },
  Contact: { OwnerId: null, HasOptedOutOfEmail: false, IsEmailBounced: false, No_Contact__c: false },
  Case: { OwnerId: null, Status: 'New', Priority: 'Medium' },
  Opportunity: { OwnerId: null },
  Task: {
    ...ACTIVITY,
    Status: 'Not Started',
    Priority: 'Normal',
    TaskSubtype: 'Task',
    IsArchived: false,
    CompletedDateTime: null,
  },
  Event: { ...ACTIVITY, IsChild: false, IsRecurrence: false },
  EmailMessage: { Incoming: false },
  User: {},
};

/** Fields that nobody writes: Salesforce derives them. */
function workOut(org: Org, record: SalesforceRecord, at: Iso): void {
  switch (record.object) {
    case 'Task':
    case 'Event': {
      // https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm (AccountId)
      const what = String(record.WhatId ?? '');
      const about = org.get('Account', what) ?? org.get('Opportunity', what) ?? org.get('Case', what);
      const who = org.get('Contact', String(record.WhoId ?? ''));
      const account = about?.object === 'Account' ? about.Id : (about?.AccountId ?? who?.AccountId ?? null);
      record.AccountId = account;
      if (record.object === 'Event') return;
      const closed = record.Status === 'Completed';
      if (closed && record.IsClosed !== true) record.CompletedDateTime = at;
      if (!closed) record.CompletedDateTime = null;
      record.IsClosed = closed;
      return;
    }
    case 'Case': {
      const closed = record.Status === 'Closed';
      if (closed && record.IsClosed !== true) record.ClosedDate = at;
      if (!closed) record.ClosedDate = null;
      record.IsClosed = closed;
      return;
    }
    case 'Opportunity':
      record.IsWon = record.StageName === 'Closed Won';
      record.IsClosed = record.IsWon || record.StageName === 'Closed Lost';
      return;
    case 'Contact':
      record.Name = [record.FirstName, record.LastName].filter(Boolean).join(' ');
      return;
    default:
      return;
  }
}
